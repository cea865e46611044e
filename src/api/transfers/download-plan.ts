import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import type { ByteRange } from "../../core/byte-range.ts";
import { BsmountError } from "../../core/errors.ts";

/** One range of a file that is fetched at a time. */
export interface Part extends ByteRange {
  /** From 0. */
  readonly number: number;
}

/**
 * The parts of a range, one after the other: how many there are is the service's word, which may be a lie.
 * None for an empty range, and none of them is empty.
 */
export function* partsOf({ start, end }: ByteRange, partBytes: number): Generator<Part, void> {
  for (let number = 0, at = start; at < end; number += 1, at += partBytes) {
    yield { number, start: at, end: Math.min(at + partBytes, end) };
  }
}

/** @throws BsmountError `usage` for a size that no part can have */
export function checkPartBytes(partBytes: number): number {
  if (Number.isSafeInteger(partBytes) && partBytes > 0) return partBytes;
  throw new BsmountError("usage", `a part of ${partBytes} bytes is not possible`);
}

/** Where the second and third reading of a file end their parts, in shares of what the first one took. */
const OTHER_SHARES = [2 / 3, 3 / 5];

/**
 * The parts of reading `reading` (from 1) of a file. What is read again is cut in another way, so that what
 * damages the same place of each answer does not damage the same place of the file.
 */
export function otherPartBytes(partBytes: number, sizeBytes: number, reading: number): number {
  const share = OTHER_SHARES[reading - 2];
  if (share === undefined) return partBytes;
  return Math.max(1, Math.ceil(Math.min(partBytes, sizeBytes) * share));
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
