import { expect, test } from "vitest";
import { reverseComplement } from "../../scripts/demo-data/genome.ts";
import { seededRandom } from "../../scripts/demo-data/random.ts";
import { type ReadPair, simulateReads } from "../../scripts/demo-data/reads.ts";
import { applyVariants, plantVariants } from "../../scripts/demo-data/variants.ts";

const genome = randomSequence(5000);

function randomSequence(length: number): string {
  const random = seededRandom(3);
  return Array.from({ length }, () => random.pick(["A", "C", "G", "T"])).join("");
}

function readsOf(seed: number, pairs = 300): ReadPair[] {
  const options = { pairs, readLength: 100, tiles: [1101, 2101] };
  return [...simulateReads(genome, options, seededRandom(seed))];
}

test("the same seed gives the same reads, another seed gives others", () => {
  expect(readsOf(1)).toEqual(readsOf(1));
  expect(readsOf(1)).not.toEqual(readsOf(2));
});

test("both reads of a pair lie on opposite strands of one fragment", () => {
  for (const { read1, read2 } of readsOf(5, 50)) {
    const forward = [placeOf(read1.bases), placeOf(reverseComplement(read2.bases))];
    const backward = [placeOf(read2.bases), placeOf(reverseComplement(read1.bases))];
    const [left, right] = forward.includes(undefined) ? backward : forward;
    if (left === undefined || right === undefined) continue;
    expect(right - left).toBeGreaterThanOrEqual(0);
    expect(right - left).toBeLessThan(700);
  }
});

/** Where a read comes from, by its first exact piece; undefined for the other strand. */
function placeOf(bases: string): number | undefined {
  for (let at = 0; at + 20 <= bases.length; at += 20) {
    const found = genome.indexOf(bases.slice(at, at + 20));
    if (found >= 0) return found - at;
  }
  return undefined;
}

test("bases are wrong about as often as their qualities say", () => {
  let wrong = 0;
  let expected = 0;
  for (const { read1 } of readsOf(7, 2000)) {
    const forward = placeOf(read1.bases);
    const bases = forward === undefined ? reverseComplement(read1.bases) : read1.bases;
    const start = forward ?? placeOf(bases) ?? 0;
    const truth = genome.slice(start, start + bases.length);
    for (let at = 0; at < bases.length; at += 1) if (bases[at] !== truth[at]) wrong += 1;
    for (const letter of read1.qualities) expected += 10 ** (-(letter.charCodeAt(0) - 33) / 10);
  }
  expect(wrong / expected).toBeGreaterThan(0.7);
  expect(wrong / expected).toBeLessThan(1.3);
});

test("planted variants change the genome exactly where they say", () => {
  const variants = plantVariants(genome, 5, [], seededRandom(11));
  const mutant = applyVariants(genome, variants);
  let shift = 0;
  for (const { position, reference, alternative } of variants) {
    const start = position - 1;
    expect(genome.slice(start, start + reference.length)).toBe(reference);
    expect(mutant.slice(start + shift, start + shift + alternative.length)).toBe(alternative);
    shift += alternative.length - reference.length;
  }
  expect(mutant.length).toBe(genome.length + shift);
  expect(variants).toHaveLength(5);
});

test("a variant that does not fit the sequence is refused", () => {
  const other = genome[99] === "A" ? "C" : "A";
  const misplaced = [{ position: 100, reference: other, alternative: "G" }];
  expect(() => applyVariants(genome, misplaced)).toThrow(/100: the sequence has/);
});
