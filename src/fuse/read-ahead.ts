import { writeFileSync } from "node:fs";

/**
 * KiB the kernel reads ahead of a sequential reader. Its default of 128 is one request of this binding,
 * so at most two are ever in flight; 1024 keeps eight in flight, which is as many as `max_background`
 * leaves. A test machine gave 2033 MB/s by default, 2410 with 1024 and 860 with 4096 (fresh page-cache
 * memory is dear on a virtual machine), so more is not better.
 */
export const READ_AHEAD_KIB = 1024;

/**
 * Sets the mount's read-ahead; true when it took. Only root may, and containers often may not. Not before
 * the kernel's first request: taking the answer to its greeting, it limits the value to libfuse's 128,
 * and that answer is sent some time after the binding calls the mount ready.
 */
export function setReadAhead(device: string): boolean {
  try {
    writeFileSync(`/sys/class/bdi/${device}/read_ahead_kb`, String(READ_AHEAD_KIB));
    return true;
  } catch {
    return false;
  }
}
