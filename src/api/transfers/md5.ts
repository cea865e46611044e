import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { neverAborted } from "../../core/abort.ts";

export const CHUNK_BYTES: number = 1024 * 1024;

/** The MD5 of a local file, in lower-case hex: the ETag of a file that BaseSpace got in one piece. */
export async function md5OfFile(path: string, signal: AbortSignal = neverAborted): Promise<string> {
  const hash = createHash("md5");
  for await (const piece of createReadStream(path, { highWaterMark: CHUNK_BYTES, signal })) {
    hash.update(piece as Buffer);
  }
  return hash.digest("hex");
}
