import type { BamDepth, Chromosome } from "./bam-depth.ts";
import type { PositionRange } from "./position-range.ts";

/** The smallest bucket, and the granularity that the service reports. */
export const GRANULARITY = 128;

/** With more buckets than this, they become larger. */
const MAX_BUCKETS = 65_536;

/** Mean depths of equal stretches of a chromosome; positions are from 1, and `end` is inclusive. */
export interface Coverage {
  readonly bucketSize: number;
  readonly means: readonly number[];
  readonly start: number;
  readonly end: number;
}

/**
 * The coverage of the buckets that `range` touches. Buckets begin at position 1, so `start` is rounded down and `end`
 * up. The mean of the chromosome's last bucket is that of the positions that exist.
 */
export async function coverageOf(
  depth: BamDepth,
  chromosome: Chromosome,
  range: PositionRange,
): Promise<Coverage> {
  const last = Math.min(range.end, chromosome.length);
  const bucketSize = bucketSizeFor(last - range.start + 1);
  const first = Math.floor((range.start - 1) / bucketSize);
  const end = Math.ceil(last / bucketSize) * bucketSize;
  const sums = new Float64Array(end / bucketSize - first);
  const span = { start: first * bucketSize, end: Math.min(end, chromosome.length) };
  await depth.forEach(chromosome, span, (start, depths) => {
    for (const [index, value] of depths.entries()) {
      const bucket = Math.floor((start + index) / bucketSize) - first;
      sums[bucket] = (sums[bucket] ?? 0) + value;
    }
  });
  const means = Array.from(sums, (sum, index) => {
    const bucketStart = (first + index) * bucketSize;
    return sum / (Math.min(bucketStart + bucketSize, chromosome.length) - bucketStart);
  });
  return { bucketSize, means, start: span.start + 1, end };
}

/** The greatest depth of any position of the chromosome. */
export async function maxCoverage(depth: BamDepth, chromosome: Chromosome): Promise<number> {
  let max = 0;
  await depth.forEach(chromosome, { start: 0, end: chromosome.length }, (_start, depths) => {
    for (const value of depths) max = Math.max(max, value);
  });
  return max;
}

function bucketSizeFor(positions: number): number {
  let bucketSize = GRANULARITY;
  while (positions / bucketSize > MAX_BUCKETS) bucketSize *= 2;
  return bucketSize;
}
