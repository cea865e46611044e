import { BsmountError } from "../../core/errors.ts";
import type { ByteRange } from "../../core/byte-range.ts";

/*
 * Into which parts an upload is cut. BaseSpace takes parts numbered 1 to 10 000, of 5 MiB to 25 MB but for
 * the last one, and files up to 25 MB in one piece.
 */

export const MAX_WHOLE_BYTES = 25_000_000;
export const MIN_PART_BYTES: number = 5 * 1024 * 1024;
export const MAX_PART_BYTES = 25_000_000;
const MAX_PARTS = 10_000;
const USUAL_PART_BYTES: number = 8 * 1024 * 1024;

/** A stream begins with parts of usual size, and has as many before they grow. */
const USUAL_PARTS_OF_STREAM = 128;

export interface UploadPart extends ByteRange {
  /** From 1. */
  readonly number: number;
}

/**
 * The size of the parts of a file.
 * @throws BsmountError `too-big`; `usage` for an asked size that BaseSpace does not take
 */
export function partBytesOf(sizeBytes: number, asked?: number): number {
  const partBytes = asked ?? Math.max(USUAL_PART_BYTES, Math.ceil(sizeBytes / MAX_PARTS));
  if (asked !== undefined && !(asked >= MIN_PART_BYTES && asked <= MAX_PART_BYTES)) {
    const range = `${MIN_PART_BYTES} to ${MAX_PART_BYTES}`;
    throw new BsmountError("usage", `a part of ${asked} bytes is not possible, but ${range}`);
  }
  if (partBytes <= MAX_PART_BYTES && sizeBytes <= partBytes * MAX_PARTS) return partBytes;
  throw tooBig(`a file of ${sizeBytes} bytes`);
}

/** The size of part `number` of a file whose end is not known. @throws BsmountError `too-big` */
export function streamPartBytes(number: number, asked?: number): number {
  if (number > MAX_PARTS) throw tooBig("the stream");
  if (asked !== undefined) return partBytesOf(0, asked);
  return number <= USUAL_PARTS_OF_STREAM ? USUAL_PART_BYTES : MAX_PART_BYTES;
}

export function uploadParts(sizeBytes: number, partBytes: number): UploadPart[] {
  return Array.from({ length: Math.ceil(sizeBytes / partBytes) }, (_, index) => {
    const start = index * partBytes;
    return { number: index + 1, start, end: Math.min(start + partBytes, sizeBytes) };
  });
}

function tooBig(what: string): BsmountError {
  return new BsmountError("too-big", `${what} does not fit into ${MAX_PARTS} parts`);
}
