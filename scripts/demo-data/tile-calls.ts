import type { Plan } from "./plan.ts";
import { seededRandom } from "./random.ts";
import { type Read, simulateReads } from "./reads.ts";
import { cyclesOfRun, runCycles } from "./run-facts.ts";

const CLUSTERS_PER_TILE = 40;

/** The calls of all clusters of one tile, cycle by cycle. */
export interface TileCalls {
  readonly lane: number;
  readonly tile: number;
  /** `cycles[c][k]`: base (0–3) and Phred quality of cluster k in cycle c. */
  readonly cycles: readonly (readonly { base: number; quality: number }[])[];
}

export function callTile(genome: string, plan: Plan, lane: number, tile: number): TileCalls {
  const random = seededRandom(plan.seed * 100_000 + lane * 10_000 + tile);
  const options = { pairs: CLUSTERS_PER_TILE, readLength: runCycles.read1, tiles: [tile] };
  const clusters = [...simulateReads(genome, options, random)].map(({ read1, read2 }) => {
    const { index } = random.pick(plan.samples);
    const indexRead: Read = { bases: index, qualities: "F".repeat(index.length) };
    return [read1, indexRead, read2].flatMap(callsOf);
  });
  const cycles = Array.from({ length: cyclesOfRun }, (_, cycle) =>
    clusters.map((calls) => calls[cycle] ?? { base: 0, quality: 0 }),
  );
  return { lane, tile, cycles };
}

function callsOf(read: Read): { base: number; quality: number }[] {
  return Array.from(read.bases, (letter, at) => ({
    base: "ACGT".indexOf(letter),
    quality: read.qualities.charCodeAt(at) - 33,
  }));
}
