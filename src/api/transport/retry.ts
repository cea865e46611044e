import type { Clock } from "../../core/clock.ts";
import { describeError } from "../../core/errors.ts";
import { redactText } from "../../core/redact.ts";
import { retries, type RetryMessage } from "../../core/telemetry.ts";
import { type RetryLimits, retryDelay } from "./retry-delay.ts";

export interface RetryOptions {
  readonly limits: RetryLimits;
  readonly clock: Clock;
  /** As Math.random. */
  readonly random: () => number;
  /** How long the effect of a call is searched for before the call is sent again, in milliseconds. */
  readonly settleMs: number;
  /** Aborts when the client is closed, which ends every pause at once. */
  readonly closed?: AbortSignal;
}

/** The outcome of an attempt that may succeed when it is repeated; `error` is thrown when it is not repeated. */
export class RetryableFailure {
  readonly error: Error;
  /** The delay that the server asks for, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(error: Error, retryAfterMs?: number) {
    this.error = error;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Calls `attempt` with 1, 2, … until it returns a value or throws, or until the limits are reached. The time limit
 * starts with the first failure.
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
    if (retries.active) retries.publish(retryMessage(outcome, past, options));
    await pause(options, delayMs, signal);
  }
}

function retryMessage(
  { error }: RetryableFailure,
  { elapsedMs }: { readonly elapsedMs: number },
  { limits }: RetryOptions,
): RetryMessage {
  return { why: redactText(describeError(error)), elapsedMs, totalMs: limits.totalMs };
}

/** Sleeps for `ms` milliseconds. @throws the reason of the signal that ends it: the caller's, or the client's end */
export async function pause(
  { clock, closed }: RetryOptions,
  ms: number,
  signal: AbortSignal,
): Promise<void> {
  await clock.sleep(ms, closed === undefined ? signal : AbortSignal.any([signal, closed]));
}

/** The same options with another total, in milliseconds; unchanged when it is undefined. */
export function withTotal(options: RetryOptions, totalMs: number | undefined): RetryOptions {
  if (totalMs === undefined) return options;
  return { ...options, limits: { ...options.limits, totalMs } };
}
