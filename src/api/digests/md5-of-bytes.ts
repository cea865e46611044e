import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";

/** About a millisecond of hashing. */
const SLICE_BYTES = 256 * 1024;

/** The MD5 of bytes in memory, in lower-case hex; other work of the thread goes on between its slices. */
export async function md5OfBytes(bytes: Uint8Array): Promise<string> {
  const hash = createHash("md5");
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    if (at > 0) await setImmediate();
    hash.update(bytes.subarray(at, at + SLICE_BYTES));
  }
  return hash.digest("hex");
}
