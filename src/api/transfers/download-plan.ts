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

/**
 * Beside the target, so that the rename stays on one file system. Named by a digest: what is in BaseSpace
 * may have any name, also one that ends in `.partial`, up to the longest.
 */
export function scratchNames(target: string, fileId: string): ScratchNames {
  const what = `${fileId} ${basename(target)}`;
  const digest = createHash("sha256").update(what).digest("hex").slice(0, 24);
  const partial = join(dirname(target), `.bsmount-${digest}.partial`);
  return { partial, journal: `${partial}.parts` };
}
