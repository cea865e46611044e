import { neverAborted } from "../../core/abort.ts";
import { KeyedQueue } from "../../core/keyed-queue.ts";
import { ApiError } from "./errors.ts";
import { Patience } from "./patience.ts";
import type { Raw } from "../models/raw.ts";
import type { JsonResponse } from "./evaluate-response.ts";
import { type CallOptions, type Change, type Rest, RETRYABLE_STATUS } from "./rest.ts";
import { retryDelay } from "./retry-delay.ts";
import { pause, type RetryOptions } from "./retry.ts";

/*
 * A call that must not take effect twice, such as making a project, is sent once. When its response is lost, the
 * call may have taken effect, or the service may still be working on it. The client therefore searches the service
 * for the effect repeatedly for a while (`settleMs`), and sends the call again only when that search finds nothing.
 * When a service works for longer than that after it dropped the connection, the effect appears twice: nothing in
 * the API tells that case apart.
 */

export interface IdempotentChange extends Omit<Change, "isRepeatable"> {
  /** What the call makes or changes, where path and query do not say: calls of one subject run one at a time. */
  readonly subject?: string;
}

/**
 * Searches for the effect of a call. Returns it in the form of the call's own response, undefined when the call
 * had no effect, `unclear` when the search cannot tell. Its requests take `options`, so that the search lasts no
 * longer than the call may.
 */
export type FindEffect = (
  attempt: Attempt,
  options: CallOptions,
) => Promise<JsonResponse | undefined | "unclear">;

/** The first sending of a call, for telling its effect from what was there before. */
export interface Attempt {
  /**
   * The earliest creation date, by the service's clock, that an effect of the call can have.
   *
   * @param listed a response that was received just now; the service's dates are whole seconds
   */
  earliestEffect(listed: JsonResponse): Date;
  /** Whether the service returned the entity with this Id to another call of this client. */
  isFromOtherCall(id: string): boolean;
}

export interface IdempotentOptions {
  readonly findEffect: FindEffect;
  readonly options: CallOptions;
}

/** How many returned Ids are remembered, so that an effect is not attributed to two calls. */
const MAX_KNOWN_IDS = 10_000;

/** One second because dates are whole seconds, and one for the `Date` header. */
const DATE_SLACK_MS = 2000;

/**
 * The idempotent calls of one client. Calls of one subject run one after another: two at a time could each take
 * the effect of the other for their own.
 */
export class IdempotentCalls {
  readonly #rest: Rest;
  readonly #retry: RetryOptions;
  readonly #queue = new KeyedQueue();
  readonly #knownIds = new Set<string>();

  /** @param retry how often, and after which delays, a call is sent again */
  constructor(rest: Rest, retry: RetryOptions) {
    this.#rest = rest;
    this.#retry = retry;
  }

  /**
   * @throws ApiError, with `mayHaveSucceeded` when neither the call nor the search tells whether it took effect;
   * the signal's reason
   */
  async run(
    change: IdempotentChange,
    { findEffect, options }: IdempotentOptions,
  ): Promise<JsonResponse> {
    const { method, path, query = {}, subject = "" } = change;
    const key = JSON.stringify([method, path, query, subject]);
    const signal = options.signal ?? neverAborted;
    const response = await this.#queue.run(key, signal, async () => {
      return await this.#sendUntilKnown(change, { findEffect, options: { ...options, signal } });
    });
    this.#remember(idOf(response.json));
    return response;
  }

  async #sendUntilKnown(
    { subject: _subject, ...change }: IdempotentChange,
    { findEffect, options }: IdempotentOptions,
  ): Promise<JsonResponse> {
    const { clock, limits } = this.#retry;
    const patience = new Patience(clock, options.totalMs ?? limits.totalMs);
    const limited = (): CallOptions => ({ ...options, totalMs: patience.leftMs });
    const first = this.#attemptAt(clock.now());
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#rest.change({ ...change, isRepeatable: false }, limited());
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        patience.start();
        const find = async (): Promise<JsonResponse | undefined> =>
          await effectOrThrow(async () => await findEffect(first, limited()), error);
        if (!error.mayHaveSucceeded)
          return await this.#effectOfEarlierAttempt(error, attempt, find);
        const effect = await this.#findUntilSettled(error, limited(), find);
        if (effect !== undefined) return effect;
        if (attempt >= limits.attempts || patience.leftMs === 0 || !mayPass(error)) throw error;
      }
    }
  }

  /** Pauses and searches in turn until the service has had the time to complete the call. */
  async #findUntilSettled(
    { retryAfterMs }: ApiError,
    { signal = neverAborted, totalMs: leftMs = 0 }: CallOptions,
    find: () => Promise<JsonResponse | undefined>,
  ): Promise<JsonResponse | undefined> {
    const { clock, random, settleMs } = this.#retry;
    const totalMs = Math.max(settleMs, Math.min(retryAfterMs ?? 0, leftMs));
    const limits = { ...this.#retry.limits, attempts: Number.POSITIVE_INFINITY, totalMs };
    const startedAt = clock.now();
    for (let search = 1; ; search += 1) {
      const past = { attempt: search, elapsedMs: clock.now() - startedAt };
      const requestedMs = search === 1 ? retryAfterMs : undefined;
      const delayMs = retryDelay(past, requestedMs, limits, random());
      if (delayMs === undefined) return undefined;
      await pause(this.#retry, delayMs, signal);
      const effect = await find();
      if (effect !== undefined) return effect;
    }
  }

  /**
   * The service may refuse a second attempt because the first one took effect. If the second attempt reached no
   * server, the effect of the first one stays unknown.
   */
  async #effectOfEarlierAttempt(
    error: ApiError,
    attempt: number,
    find: () => Promise<JsonResponse | undefined>,
  ): Promise<JsonResponse> {
    if (attempt === 1) throw error;
    if (error.status === 0) error.mayHaveSucceeded = true;
    const effect = error.status === 0 ? undefined : await find();
    if (effect === undefined) throw error;
    return effect;
  }

  #attemptAt(startedAt: number): Attempt {
    return {
      earliestEffect: (listed) => {
        const serverNow = Date.parse(listed.headers["date"] ?? "");
        const now = this.#retry.clock.now();
        const base = Number.isNaN(serverNow) ? now : serverNow;
        return new Date(base - (now - startedAt) - DATE_SLACK_MS);
      },
      isFromOtherCall: (id) => this.#knownIds.has(id),
    };
  }

  #remember(id: string | undefined): void {
    if (id === undefined) return;
    this.#knownIds.add(id);
    const [oldest] = this.#knownIds;
    if (this.#knownIds.size > MAX_KNOWN_IDS && oldest !== undefined) this.#knownIds.delete(oldest);
  }
}

/** The Id of the entity in a response of either version. */
function idOf(json: unknown): string | undefined {
  const fields = (json ?? {}) as Raw;
  const { Id } = (fields["Response"] ?? fields) as Raw;
  return typeof Id === "string" ? Id : undefined;
}

/** A response that cannot be read, or an unknown status, would only come again. */
function mayPass({ status }: ApiError): boolean {
  return status === 0 || RETRYABLE_STATUS.has(status);
}

/** A search that fails leaves the effect unknown, so the call's own error is thrown. */
async function effectOrThrow(
  find: () => ReturnType<FindEffect>,
  callError: ApiError,
): Promise<JsonResponse | undefined> {
  try {
    const effect = await find();
    if (effect === "unclear") throw callError;
    return effect;
  } catch (error) {
    if (error instanceof ApiError) throw callError;
    throw error;
  }
}
