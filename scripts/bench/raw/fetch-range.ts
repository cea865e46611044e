import type { ByteRange } from "../../../src/core/byte-range.ts";
import type { Target } from "../contestants/contestant.ts";

/** Fetches one range of the target; hands its bytes to `sink`, or drops them where there is none. */
export type FetchRange = (
  target: Target,
  range: ByteRange,
  sink: ((chunk: Buffer) => void) | undefined,
  signal: AbortSignal,
) => Promise<void>;
