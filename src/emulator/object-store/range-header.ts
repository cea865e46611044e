import { type ByteRange, byteRange } from "../../core/byte-range.ts";

/**
 * What a `Range` header asks of an object (RFC 9110, section 14): the bytes, `unsatisfiable` when it
 * begins behind the end, or undefined when the whole is to be sent, as for several ranges at once.
 */
export function parseRange(
  header: string | undefined,
  sizeBytes: number,
): ByteRange | "unsatisfiable" | undefined {
  const match = /^bytes=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(header ?? "");
  if (match === null) return undefined;
  const [, first = "", last = ""] = match;
  if (first === "") return last === "" ? undefined : lastBytes(Number(last), sizeBytes);
  return between(Number(first), last === "" ? Number.POSITIVE_INFINITY : Number(last), sizeBytes);
}

function between(
  start: number,
  last: number,
  sizeBytes: number,
): ByteRange | "unsatisfiable" | undefined {
  if (last < start) return undefined;
  if (start >= sizeBytes) return "unsatisfiable";
  return byteRange(start, Math.min(last + 1, sizeBytes));
}

function lastBytes(count: number, sizeBytes: number): ByteRange | "unsatisfiable" {
  if (count === 0 || sizeBytes === 0) return "unsatisfiable";
  return byteRange(Math.max(0, sizeBytes - count), sizeBytes);
}
