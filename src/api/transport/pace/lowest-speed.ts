/*
 * The lowest speed at which bytes may come or go. Without one a server that sends a byte now and then holds its
 * caller for ever: it is never silent for as long as the time-out says.
 */

/** No line is as slow as that: for a megabyte such a one needs more than four minutes. */
export const LOWEST_BYTES_PER_SECOND: number = 4 * 1024;

/** True when so few bytes have moved within `elapsedMs`, a time-out apart, that nobody waits for the rest. */
export function isTooSlow(movedBytes: number, elapsedMs: number, timeoutMs: number): boolean {
  return elapsedMs > timeoutMs + (movedBytes / LOWEST_BYTES_PER_SECOND) * 1000;
}

/** Bytes moved at less than the lowest speed, for longer than the time-out says. */
export class TooSlowError extends Error {
  readonly code = "ETIMEDOUT";

  constructor() {
    super(`fewer than ${LOWEST_BYTES_PER_SECOND} bytes a second moved`);
  }
}
