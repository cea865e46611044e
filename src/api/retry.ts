import type { Clock } from "../core/clock.ts";
import { type RetryLimits, retryDelay } from "./retry-delay.ts";

export interface RetryOptions {
  readonly limits: RetryLimits;
  readonly clock: Clock;
  /** As Math.random. */
  readonly random: () => number;
}

/** What an attempt answers when another one may do better; `error` is thrown when there is none. */
export class TryAgain {
  readonly error: Error;
  /** What the server asked for. */
  readonly retryAfterMs: number | undefined;

  constructor(error: Error, retryAfterMs?: number) {
    this.error = error;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Calls `attempt` (1, 2, …) until it answers or throws something that is final. */
export async function retrying<Value>(
  options: RetryOptions,
  signal: AbortSignal,
  attempt: (attempt: number) => Promise<Value | TryAgain>,
): Promise<Value> {
  const startedAt = options.clock.now();
  for (let number = 1; ; number += 1) {
    const outcome = await attempt(number);
    if (!(outcome instanceof TryAgain)) return outcome;
    const past = { attempt: number, elapsedMs: options.clock.now() - startedAt };
    const delayMs = retryDelay(past, outcome.retryAfterMs, options.limits, options.random());
    if (delayMs === undefined) throw outcome.error;
    await options.clock.sleep(delayMs, signal);
  }
}
