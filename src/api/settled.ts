import { neverAborted } from "../core/abort.ts";
import { KeyedQueue } from "../core/keyed-queue.ts";
import { ApiError } from "./errors.ts";
import { Patience } from "./patience.ts";
import type { Raw } from "./raw.ts";
import {
  type CallOptions,
  type Change,
  type JsonAnswer,
  type Rest,
  RETRYABLE_STATUS,
} from "./rest.ts";
import { retryDelay } from "./retry-delay.ts";
import { pause, type RetryOptions } from "./retry.ts";

/*
 * A call that must not be done twice, such as making a project, is sent once. When its answer is lost it may be
 * done all the same, or the service may still be working on it. So the service is asked whether it is done, again
 * and again for a while (`settleMs`), and only when it is not done by the end of that it is sent again. A service
 * that works on longer than that, after it let the connection go, makes a second one: nothing tells that apart.
 */

export interface OnceOnly extends Omit<Change, "isRepeatable"> {
  /** What it makes or changes, where path and query do not tell: calls of one subject wait for each other. */
  readonly subject?: string;
}

/**
 * Looks for what a call makes; answers it in the form that the call does, undefined when it is not there,
 * `unclear` when there is no telling. Its requests take `options`: the look may last as long as the call may.
 */
export type Look = (
  sent: Sent,
  options: CallOptions,
) => Promise<JsonAnswer | undefined | "unclear">;

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
    const { clock, limits } = this.#retry;
    const { look, options } = settling;
    const patience = new Patience(clock, options.totalMs ?? limits.totalMs);
    const limited = (): CallOptions => ({ ...options, totalMs: patience.leftMs });
    const sent = this.#sentAt(clock.now());
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#rest.change({ ...change, isRepeatable: false }, limited());
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        patience.start();
        const lookNow = async (): Promise<JsonAnswer | undefined> =>
          await lookedFor(async () => await look(sent, limited()), error);
        if (!error.mayHaveSucceeded) return await this.#orEarlier(error, attempt, lookNow);
        const found = await this.#whileUnderWay(error, limited(), lookNow);
        if (found !== undefined) return found;
        if (attempt >= limits.attempts || patience.leftMs === 0 || !mayPass(error)) throw error;
      }
    }
  }

  /** First a pause, then a look, and so on until what may still be under way has had its time. */
  async #whileUnderWay(
    { retryAfterMs }: ApiError,
    { signal = neverAborted, totalMs: leftMs = 0 }: CallOptions,
    look: () => Promise<JsonAnswer | undefined>,
  ): Promise<JsonAnswer | undefined> {
    const { clock, random, settleMs } = this.#retry;
    const totalMs = Math.max(settleMs, Math.min(retryAfterMs ?? 0, leftMs));
    const limits = { ...this.#retry.limits, attempts: Number.POSITIVE_INFINITY, totalMs };
    const startedAt = clock.now();
    for (let looks = 1; ; looks += 1) {
      const past = { attempt: looks, elapsedMs: clock.now() - startedAt };
      const asked = looks === 1 ? retryAfterMs : undefined;
      const delayMs = retryDelay(past, asked, limits, random());
      if (delayMs === undefined) return undefined;
      await pause(this.#retry, delayMs, signal);
      const found = await look();
      if (found !== undefined) return found;
    }
  }

  /**
   * A call that was sent again is refused, perhaps because the first one took effect after all. One that found
   * nobody to refuse it leaves the first one in doubt.
   */
  async #orEarlier(
    error: ApiError,
    attempt: number,
    look: () => Promise<JsonAnswer | undefined>,
  ): Promise<JsonAnswer> {
    if (attempt === 1) throw error;
    if (error.status === 0) error.mayHaveSucceeded = true;
    const found = error.status === 0 ? undefined : await look();
    if (found === undefined) throw error;
    return found;
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

/** An answer that cannot be read, or of a status that nobody knows, would only come again. */
function mayPass({ status }: ApiError): boolean {
  return status === 0 || RETRYABLE_STATUS.has(status);
}

/** A look that fails leaves the call in doubt: its own error says so, with the look's as a detail. */
async function lookedFor(
  look: () => ReturnType<Look>,
  doubtful: ApiError,
): Promise<JsonAnswer | undefined> {
  try {
    const found = await look();
    if (found === "unclear") throw doubtful;
    return found;
  } catch (error) {
    if (error instanceof ApiError) throw doubtful;
    throw error;
  }
}
