export interface RetryLimits {
  /** Attempts in all. */
  readonly attempts: number;
  /** Upper bound of the first delay; each next one is twice as long. */
  readonly firstDelayMs: number;
  /** No delay is longer, whatever the server asks for. */
  readonly maxDelayMs: number;
  /** No attempt starts later than this after the first one. */
  readonly totalMs: number;
}

/**
 * How long to wait before attempt `attempt + 1`: exponential back-off with full jitter (anything from 0
 * to the bound, so that many clients do not come back together), or what `Retry-After` asks for.
 * Undefined when there must be no further attempt.
 *
 * @param random from 0 to 1, 1 not included
 */
export function retryDelay(
  past: { readonly attempt: number; readonly elapsedMs: number },
  retryAfterMs: number | undefined,
  limits: RetryLimits,
  random: number,
): number | undefined {
  if (past.attempt >= limits.attempts) return undefined;
  const bound = Math.min(limits.maxDelayMs, limits.firstDelayMs * 2 ** (past.attempt - 1));
  const wanted = Math.max(retryAfterMs ?? 0, random * bound);
  const delayMs = Math.min(wanted, limits.maxDelayMs);
  return past.elapsedMs + delayMs > limits.totalMs ? undefined : delayMs;
}

/** Milliseconds of a `Retry-After` header, in seconds or as a date; undefined when it has neither. */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d{1,9}(\.\d+)?\s*$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
