import { neverAborted } from "../core/abort.ts";
import { KeyedQueue } from "../core/keyed-queue.ts";
import { ApiError } from "./errors.ts";
import type { Raw } from "./raw.ts";
import type { CallOptions, Change, JsonAnswer, Rest } from "./rest.ts";
import { retryDelay } from "./retry-delay.ts";
import type { RetryOptions } from "./retry.ts";

/*
 * A call that must not be done twice, such as making a project, is sent once. When its answer is lost it
 * may be done all the same: then the service is asked whether it is, and only if not it is sent again.
 */

export interface OnceOnly extends Omit<Change, "isRepeatable"> {
  /** What it makes or changes, where path and query do not tell: calls of one subject wait for each other. */
  readonly subject?: string;
}

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
  /** Whether another call of this client has been answered this very thing. */
  isOfAnother(id: string): boolean;
}

export interface Settling {
  readonly look: Look;
  readonly options: CallOptions;
}

/** So many things that were made are remembered, to be told from those that are looked for. */
const REMEMBERED = 10_000;

/** A second for the whole seconds of dates, one for the `Date` header's. */
const DATE_SLACK_MS = 2000;

/**
 * The calls of one client that must not be done twice. Those of one subject are sent one after another: two at
 * a time could each take what the other made for its own.
 */
export class OnceOnlyCalls {
  readonly #rest: Rest;
  readonly #retry: RetryOptions;
  readonly #queue = new KeyedQueue();
  readonly #made = new Set<string>();

  /** @param retry how often and how fast one is sent again */
  constructor(rest: Rest, retry: RetryOptions) {
    this.#rest = rest;
    this.#retry = retry;
  }

  /**
   * @throws ApiError; with `mayHaveSucceeded` when neither the call nor the look said how it stands. The
   * signal's reason
   */
  async settled(change: OnceOnly, { look, options }: Settling): Promise<JsonAnswer> {
    const { method, path, query = {}, subject = "" } = change;
    const key = JSON.stringify([method, path, query, subject]);
    const signal = options.signal ?? neverAborted;
    const answer = await this.#queue.run(key, signal, async () => {
      return await this.#settle(change, { look, options: { ...options, signal } });
    });
    this.#remember(idIn(answer.json));
    return answer;
  }

  async #settle(
    { subject: _subject, ...change }: OnceOnly,
    settling: Settling,
  ): Promise<JsonAnswer> {
    const { look, options } = settling;
    const { clock, limits, random } = this.#retry;
    const startedAt = clock.now();
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#rest.change({ ...change, isRepeatable: false }, options);
      } catch (error) {
        if (!(error instanceof ApiError) || !error.mayHaveSucceeded) throw error;
        // First the wait, then the look: what is still under way has the time to come to its end.
        const past = { attempt, elapsedMs: clock.now() - startedAt };
        const delayMs = retryDelay(past, error.retryAfterMs, limits, random());
        await clock.sleep(delayMs ?? 0, options.signal ?? neverAborted);
        const found = await lookedFor(look, this.#sentAt(startedAt), error);
        if (found !== undefined) return found;
        if (delayMs === undefined) throw error;
      }
    }
  }

  #sentAt(startedAt: number): Sent {
    return {
      earliest: (listed) => {
        const serverNow = Date.parse(listed.headers["date"] ?? "");
        const now = this.#retry.clock.now();
        const base = Number.isNaN(serverNow) ? now : serverNow;
        return new Date(base - (now - startedAt) - DATE_SLACK_MS);
      },
      isOfAnother: (id) => this.#made.has(id),
    };
  }

  #remember(id: string | undefined): void {
    if (id === undefined) return;
    this.#made.add(id);
    const [oldest] = this.#made;
    if (this.#made.size > REMEMBERED && oldest !== undefined) this.#made.delete(oldest);
  }
}

/** What an answer is about, in either version's form. */
function idIn(json: unknown): string | undefined {
  const fields = (json ?? {}) as Raw;
  const { Id } = (fields["Response"] ?? fields) as Raw;
  return typeof Id === "string" ? Id : undefined;
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
