/** The limits of retrying one call. */
export interface RetryLimits {
  /** How many attempts are made at most. */
  readonly attempts: number;
  /** Upper bound of the first delay, in milliseconds. Each further bound is twice as long. */
  readonly firstDelayMs: number;
  /** No delay is longer, in milliseconds, unless the server asks for a longer one. */
  readonly maxDelayMs: number;
  /** How long after its first failure a call is retried, in milliseconds. The last attempt starts then. */
  readonly totalMs: number;
}

/**
 * The delay before attempt `attempt + 1`, in milliseconds: exponential back-off with full jitter (from 0 to the
 * bound, so that many clients do not retry at once), or what `Retry-After` asks for. A delay that would pass the
 * total is cut, so that the last attempt starts when the total is used up. Undefined when there is no further
 * attempt.
 *
 * @param past.elapsedMs since the first failure: a slow attempt before it does not count
 * @param random from 0 to 1, 1 not included
 */
export function retryDelay(
  past: { readonly attempt: number; readonly elapsedMs: number },
  retryAfterMs: number | undefined,
  limits: RetryLimits,
  random: number,
): number | undefined {
  const leftMs = limits.totalMs - past.elapsedMs;
  if (past.attempt >= limits.attempts || leftMs <= 0) return undefined;
  const bound = Math.min(limits.maxDelayMs, limits.firstDelayMs * 2 ** (past.attempt - 1));
  return Math.min(Math.max(retryAfterMs ?? 0, random * bound), leftMs);
}

/** Milliseconds of a `Retry-After` header, in seconds or as a date; undefined when it has neither. */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d{1,9}(\.\d+)?\s*$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
