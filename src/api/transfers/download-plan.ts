import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import type { ByteRange } from "../../core/byte-range.ts";

/** One range of a file that is fetched at a time. */
export interface Part extends ByteRange {
  /** From 0. */
  readonly number: number;
}

/** The parts of a file; none for an empty one, and none of them is empty. */
export function partsOf({ start, end }: ByteRange, partBytes: number): Part[] {
  const count = Math.ceil((end - start) / partBytes);
  return Array.from({ length: count }, (_, number) => {
    const first = start + number * partBytes;
    return { number, start: first, end: Math.min(first + partBytes, end) };
  });
}

export interface ScratchNames {
  /** Takes the name of the target when everything is there. */
  readonly partial: string;
  readonly journal: string;
}

/** What a file system takes as a name, less what is added here. */
const MAX_NAME_BYTES = 255 - ".partial.parts".length;

/** Beside the target, so that the rename stays on one file system. */
export function scratchNames(target: string): ScratchNames {
  const name = basename(target);
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 32);
  const short = Buffer.byteLength(name) <= MAX_NAME_BYTES ? name : `.bsmount-${digest}`;
  const partial = join(dirname(target), `${short}.partial`);
  return { partial, journal: `${partial}.parts` };
}
