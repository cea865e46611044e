import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { type ByteRange, rangeLength } from "../../core/byte-range.ts";
import type { StoredObject } from "../state/entities.ts";
import { generatedStream } from "./generator.ts";

/** Large reads, because each costs one task of the thread pool. */
const READ_BYTES = 1024 * 1024;

/** Streams the bytes of `range` from the object's source; `openStored` opens content that the store itself has. */
export function readSource(
  object: StoredObject,
  range: ByteRange,
  openStored: () => Readable,
): Readable {
  if (rangeLength(range) === 0) return Readable.from([]);
  const { source, sizeBytes } = object;
  switch (source.kind) {
    case "stored":
      return openStored();
    case "file":
      return fileStream(source.path, range);
    default:
      return generatedStream({ ...source, sizeBytes }, range);
  }
}

/** `range` must not be empty, because a file stream always reads at least one byte. */
export function fileStream(path: string, range: ByteRange): Readable {
  return createReadStream(path, {
    start: range.start,
    end: range.end - 1,
    highWaterMark: READ_BYTES,
  });
}
