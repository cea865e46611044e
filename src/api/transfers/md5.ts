import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { setImmediate } from "node:timers/promises";

const CHUNK_BYTES = 1024 * 1024;

/** The MD5 of a local file, in lower-case hex: the ETag of a file that BaseSpace got in one piece. */
export async function md5OfFile(path: string): Promise<string> {
  const hash = createHash("md5");
  for await (const piece of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    hash.update(piece as Buffer);
  }
  return hash.digest("hex");
}

/** About a millisecond of hashing. */
const SLICE_BYTES = 256 * 1024;

/** The MD5 of bytes in memory, in lower-case hex; other transfers go on between its slices. */
export async function md5OfBytes(bytes: Uint8Array): Promise<string> {
  const hash = createHash("md5");
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    hash.update(bytes.subarray(at, at + SLICE_BYTES));
    await setImmediate();
  }
  return hash.digest("hex");
}
