import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { type ByteRange, rangeLength } from "../../core/byte-range.ts";
import type { StoredObject } from "../state/entities.ts";
import { generatedStream } from "./generator.ts";

/** Big reads: one trip through the thread pool for each. */
const READ_BYTES = 1024 * 1024;

/** The bytes of `range`, wherever the object has them; `stored` opens what the store keeps itself. */
export function readSource(
  object: StoredObject,
  range: ByteRange,
  stored: () => Readable,
): Readable {
  if (rangeLength(range) === 0) return Readable.from([]);
  const { source, sizeBytes } = object;
  switch (source.kind) {
    case "stored":
      return stored();
    case "file":
      return fileStream(source.path, range);
    default:
      return generatedStream({ ...source, sizeBytes }, range);
  }
}

/** `range` must not be empty: a file stream cannot say "no byte". */
export function fileStream(path: string, range: ByteRange): Readable {
  return createReadStream(path, {
    start: range.start,
    end: range.end - 1,
    highWaterMark: READ_BYTES,
  });
}
