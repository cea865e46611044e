import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import type { ByteRange } from "../../core/byte-range.ts";
import { BsmountError } from "../../core/errors.ts";

/** A range of a file that is fetched in one request. */
export interface Part extends ByteRange {
  /** From 0. */
  readonly number: number;
}

/**
 * The parts of a range in order, none of them empty. They are generated, as the size of a file is only what the
 * service claims.
 */
export function* partsOf({ start, end }: ByteRange, partBytes: number): Generator<Part, void> {
  for (let number = 0, at = start; at < end; number += 1, at += partBytes) {
    yield { number, start: at, end: Math.min(at + partBytes, end) };
  }
}

/** @throws BsmountError `usage` for an impossible size of a part */
export function checkPartBytes(partBytes: number): number {
  if (Number.isSafeInteger(partBytes) && partBytes > 0) return partBytes;
  throw new BsmountError("usage", `a part of ${partBytes} bytes is not possible`);
}

/** The part sizes of the second and third reading of a file, as shares of the first. */
const OTHER_SHARES = [2 / 3, 3 / 5];

/**
 * The part size of reading `reading` (from 1) of a file. Each reading uses another size, so that what damages the
 * same offset of each response does not damage the same offset of the file.
 */
export function otherPartBytes(partBytes: number, sizeBytes: number, reading: number): number {
  const share = OTHER_SHARES[reading - 2];
  if (share === undefined) return partBytes;
  return Math.max(1, Math.ceil(Math.min(partBytes, sizeBytes) * share));
}

export interface ScratchNames {
  /** Renamed to the target when it is complete. */
  readonly partial: string;
  readonly journal: string;
}

/**
 * The names are beside the target, so that the rename stays on one file system. They contain a digest, as a file in
 * BaseSpace may have any name, also one that ends in `.partial`, up to the longest.
 */
export function scratchNames(target: string, fileId: string): ScratchNames {
  const what = `${fileId} ${basename(target)}`;
  const digest = createHash("sha256").update(what).digest("hex").slice(0, 24);
  const partial = join(dirname(target), `.bsmount-${digest}.partial`);
  return { partial, journal: `${partial}.parts` };
}
