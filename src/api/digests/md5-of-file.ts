import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { neverAborted } from "../../core/abort.ts";
import { unreadableError } from "../transfers/local-files.ts";

const CHUNK_BYTES: number = 1024 * 1024;

/** The MD5 of a local file, in lower-case hex: the ETag of a file that was uploaded in one request. */
export async function md5OfFile(path: string, signal: AbortSignal = neverAborted): Promise<string> {
  const hash = createHash("md5");
  for await (const piece of piecesOfFile(path, signal)) hash.update(piece);
  return hash.digest("hex");
}

/** A local file from its beginning to its end. @throws BsmountError `not-found`, `unavailable`; the signal's reason */
export async function* piecesOfFile(
  path: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  signal.throwIfAborted();
  try {
    const pieces = createReadStream(path, { highWaterMark: CHUNK_BYTES, signal });
    for await (const piece of pieces) yield piece as Buffer;
  } catch (error) {
    // An aborted stream ends with its own error, not with the reason of the signal.
    signal.throwIfAborted();
    throw unreadableError(path, error);
  }
}
