import { writeFileSync } from "node:fs";

/**
 * KiB that the kernel reads ahead of a sequential reader. The kernel's default of 128 is one request of this binding,
 * so at most two are in flight; 1024 keeps eight in flight, as many as `max_background` allows. On a test machine the
 * default gave 2033 MB/s, 1024 gave 2410 and 4096 gave 860, because new page-cache memory is expensive on virtual
 * machines.
 */
export const READ_AHEAD_KIB = 1024;

/**
 * Sets the read-ahead of a mount; returns whether that worked. Only root can, and in containers often not even root.
 * Call this after the kernel's first request: when the kernel receives the reply to FUSE_INIT, it limits the value to
 * libfuse's 128, and that happens after the binding reports the mount as ready.
 */
export function setReadAhead(device: string): boolean {
  try {
    writeFileSync(`/sys/class/bdi/${device}/read_ahead_kb`, String(READ_AHEAD_KIB));
    return true;
  } catch {
    return false;
  }
}
