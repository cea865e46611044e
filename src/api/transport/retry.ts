import type { Clock } from "../../core/clock.ts";
import { type RetryLimits, retryDelay } from "./retry-delay.ts";

export interface RetryOptions {
  readonly limits: RetryLimits;
  readonly clock: Clock;
  /** As Math.random. */
  readonly random: () => number;
  /** How long a call whose answer was lost is looked for before it is sent again, in milliseconds. */
  readonly settleMs: number;
  /** Aborts when the client is closed, which ends every pause at once. */
  readonly closed?: AbortSignal;
}

/** What an attempt answers when another one may do better; `error` is thrown when there is none. */
export class RetryableFailure {
  readonly error: Error;
  /** What the server asked for. */
  readonly retryAfterMs: number | undefined;

  constructor(error: Error, retryAfterMs?: number) {
    this.error = error;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Calls `attempt` (1, 2, …) until it answers or throws something that is final, or until the limits are used
 * up: they are a time above all, which the first failure starts.
 */
export async function withRetries<Value>(
  options: RetryOptions,
  signal: AbortSignal,
  attempt: (attempt: number) => Promise<Value | RetryableFailure>,
): Promise<Value> {
  let firstFailureAt: number | undefined;
  for (let number = 1; ; number += 1) {
    const outcome = await attempt(number);
    if (!(outcome instanceof RetryableFailure)) return outcome;
    const now = options.clock.now();
    firstFailureAt ??= now;
    const past = { attempt: number, elapsedMs: now - firstFailureAt };
    const delayMs = retryDelay(past, outcome.retryAfterMs, options.limits, options.random());
    if (delayMs === undefined) throw outcome.error;
    await pause(options, delayMs, signal);
  }
}

/** Sleeps until `ms` have passed. @throws the reason of whichever ends it: the caller's signal, the client's end */
export async function pause(
  { clock, closed }: RetryOptions,
  ms: number,
  signal: AbortSignal,
): Promise<void> {
  await clock.sleep(ms, closed === undefined ? signal : AbortSignal.any([signal, closed]));
}

/** The same options with another total, in milliseconds; their own where none is given. */
export function withTotal(options: RetryOptions, totalMs: number | undefined): RetryOptions {
  if (totalMs === undefined) return options;
  return { ...options, limits: { ...options.limits, totalMs } };
}
