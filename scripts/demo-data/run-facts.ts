/** The instrument and flow cell that all names in the data use. */
export const instrument = {
  serialNumber: "M00123",
  runNumber: 7,
  flowcell: "000000000-LMBDA",
  runName: "240118_M00123_0007_000000000-LMBDA",
  readPrefix: "M00123:7:000000000-LMBDA",
} as const;

/** A short run, as laboratories make one to check a library before the deep run. */
export const runCycles = { read1: 10, index: 8, read2: 10 } as const;

export const cyclesOfRun: number = runCycles.read1 + runCycles.index + runCycles.read2;

/** Tiles of both surfaces as the instrument numbers them: 1101, 1102, …, 2101, … */
export function tileNumbers(count: number): number[] {
  const perSurface = Math.ceil(count / 2);
  return Array.from({ length: count }, (_, at) =>
    at < perSurface ? 1101 + at : 2101 + at - perSurface,
  );
}
