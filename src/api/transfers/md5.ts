import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

const CHUNK_BYTES = 1024 * 1024;

/** The MD5 of a local file, in lower-case hex: the ETag of a file that BaseSpace got in one piece. */
export async function md5OfFile(path: string): Promise<string> {
  const hash = createHash("md5");
  for await (const piece of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    hash.update(piece as Buffer);
  }
  return hash.digest("hex");
}
