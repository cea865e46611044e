/*
 * The lowest speed at which bytes may be received or sent. Without it, a server that sends a byte now and then would
 * hold its caller for ever, as it is never silent for as long as the timeout.
 */

/** No line is this slow: a megabyte would take more than four minutes. */
export const LOWEST_BYTES_PER_SECOND: number = 4 * 1024;

/** True when so few bytes moved within `elapsedMs`, not counting one timeout, that the transfer is given up. */
export function isTooSlow(movedBytes: number, elapsedMs: number, timeoutMs: number): boolean {
  return elapsedMs > timeoutMs + (movedBytes / LOWEST_BYTES_PER_SECOND) * 1000;
}

/** Bytes moved at less than the lowest speed for longer than the timeout. */
export class TooSlowError extends Error {
  readonly code = "ETIMEDOUT";

  constructor() {
    super(`fewer than ${LOWEST_BYTES_PER_SECOND} bytes a second moved`);
  }
}
