import { type ByteRange, byteRange } from "../../core/byte-range.ts";

/*
 * Not the package `range-parser`: it calls a suffix longer than the object, and a range that ends before it begins,
 * unsatisfiable, where S3 sends the whole object. It also accepts units other than bytes, and its current version
 * needs Node 22.
 */

/**
 * Parses a `Range` header for an object (RFC 9110, section 14). Returns `unsatisfiable` for a range that begins at or
 * after the end, and undefined if the whole object is to be sent, as for several ranges.
 */
export function parseRange(
  header: string | undefined,
  sizeBytes: number,
): ByteRange | "unsatisfiable" | undefined {
  const match = /^bytes=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(header ?? "");
  if (match === null) return undefined;
  const [, first = "", last = ""] = match;
  if (first === "") return last === "" ? undefined : suffixRange(Number(last), sizeBytes);
  return boundedRange(
    Number(first),
    last === "" ? Number.POSITIVE_INFINITY : Number(last),
    sizeBytes,
  );
}

function boundedRange(
  start: number,
  last: number,
  sizeBytes: number,
): ByteRange | "unsatisfiable" | undefined {
  if (last < start) return undefined;
  if (start >= sizeBytes) return "unsatisfiable";
  return byteRange(start, Math.min(last + 1, sizeBytes));
}

function suffixRange(count: number, sizeBytes: number): ByteRange | "unsatisfiable" {
  if (count === 0 || sizeBytes === 0) return "unsatisfiable";
  return byteRange(Math.max(0, sizeBytes - count), sizeBytes);
}
