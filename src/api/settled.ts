import { ApiError } from "./errors.ts";
import type { CallOptions, Change, JsonAnswer, Rest } from "./rest.ts";
import { retryDelay } from "./retry-delay.ts";
import type { RetryOptions } from "./retry.ts";

/*
 * A call that must not be done twice, such as making a project, is sent once. When its answer is lost it
 * may be done all the same: then the service is asked whether it is, and only if not it is sent again.
 */

export type OnceOnly = Omit<Change, "isRepeatable">;

/**
 * Looks for what a call makes; answers it in the form that the call does, undefined when it is not there,
 * `unclear` when there is no telling.
 */
export type Look = (sent: Sent) => Promise<JsonAnswer | undefined | "unclear">;

/** When the call went out, for telling what it made from what was there before. */
export interface Sent {
  /**
   * The earliest date, by the service's clock, that something made by the call can have: `listed` is an
   * answer that came just now. The service's dates are whole seconds.
   */
  earliest(listed: JsonAnswer): Date;
}

export interface Settling {
  readonly look: Look;
  readonly options: CallOptions;
  readonly retry: RetryOptions;
}

/** Those that may have done it; the ones that surely did not are repeated by `Rest`. */
const MAX_ATTEMPTS = 3;

/** A second for the whole seconds of dates, one for the `Date` header's. */
const DATE_SLACK_MS = 2000;

/**
 * @throws ApiError; with `mayHaveSucceeded` when neither the call nor the look said how it stands. The
 * signal's reason
 */
export async function settled(
  rest: Rest,
  change: OnceOnly,
  { look, options, retry }: Settling,
): Promise<JsonAnswer> {
  const { clock } = retry;
  const startedAt = clock.now();
  const sent: Sent = {
    earliest: (listed) => {
      const serverNow = Date.parse(listed.headers["date"] ?? "");
      const now = clock.now();
      const base = Number.isNaN(serverNow) ? now : serverNow;
      return new Date(base - (now - startedAt) - DATE_SLACK_MS);
    },
  };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await rest.change({ ...change, isRepeatable: false }, options);
    } catch (error) {
      if (!(error instanceof ApiError) || !error.mayHaveSucceeded) throw error;
      // First the wait, then the look: what is still under way has the time to come to its end.
      const past = { attempt, elapsedMs: clock.now() - startedAt };
      const delayMs = retryDelay(past, error.retryAfterMs, retry.limits, retry.random());
      await clock.sleep(delayMs ?? 0, options.signal ?? new AbortController().signal);
      const found = await lookedFor(look, sent, error);
      if (found !== undefined) return found;
      if (attempt === MAX_ATTEMPTS || delayMs === undefined) throw error;
    }
  }
}

/** A look that fails leaves the call in doubt: its own error says so, with the look's as a detail. */
async function lookedFor(
  look: Look,
  sent: Sent,
  doubtful: ApiError,
): Promise<JsonAnswer | undefined> {
  try {
    const found = await look(sent);
    if (found === "unclear") throw doubtful;
    return found;
  } catch (error) {
    if (error instanceof ApiError) throw doubtful;
    throw error;
  }
}
