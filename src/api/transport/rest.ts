/*
 * Begin here: `transport/` sends requests to the API. `Rest` below encodes a call, retries it and interprets the
 * response. It is given a `Send` (`http.ts`), one exchange, around which `../client.ts` puts one policy after another:
 *
 * - `auth.ts` adds the token, `telemetry.ts` reports, `pace/` repeats what crawls, `body-pieces.ts` splits long bodies
 * - `retry.ts`, `retry-delay.ts`, `patience.ts`: whether and when a request is sent again; `idempotency.ts`: calls
 *   that must take effect once
 * - `evaluate-response.ts`: JSON, a text or a refusal; `errors.ts`, `error-body.ts`, `network-error.ts`: what a failure
 *   means
 * - `dispatcher.ts`, `proxy-dispatcher.ts`, `loopback-lookup.ts`, `trust.ts`, `address.ts`, `user-agent.ts`:
 *   connections, and to where
 * - `threads.ts`: starts worker threads, for `content/` and `digests/`
 */

import { setMaxListeners } from "node:events";
import { ApiError } from "./errors.ts";
import {
  type JsonResponse,
  jsonResponse,
  type TextResponse,
  textResponse,
} from "./evaluate-response.ts";
import type { HttpResponse, HttpRequest, Send } from "./http.ts";
import { networkProblem } from "./network-error.ts";
import { parseRetryAfter } from "./retry-delay.ts";
import { type RetryOptions, withRetries, RetryableFailure, withTotal } from "./retry.ts";

/** Options of every call. */
export interface CallOptions {
  /** Aborts the call, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** How long to wait for the response to one request, in milliseconds. Default: the client's. */
  readonly timeoutMs?: number;
  /**
   * How long a failed request is retried, in milliseconds from its first failure. Default: the client's, which is
   * minutes for the requests of an upload.
   */
  readonly totalMs?: number;
}

/** Absent values are left out; several values are joined by commas. */
export type Query = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

export interface RestOptions {
  readonly send: Send;
  readonly userAgent: string;
  readonly timeoutMs: number;
  readonly retry: RetryOptions;
}

/** A request that changes something. */
export interface Change {
  readonly method: "POST" | "PUT" | "DELETE";
  /** Absolute and encoded, without query. */
  readonly path: string;
  readonly query?: Query;
  /** A JSON object is sent as such; bytes need a `content-type` among the headers. */
  readonly body?: Readonly<Record<string, unknown>> | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** True when sending it twice has the same effect as once, as for a part of an upload. */
  readonly isRepeatable: boolean;
}

/** The statuses of failures that may pass. Every other status is final. */
export const RETRYABLE_STATUS: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/** A request with this status was refused before it was processed. A 503 may hide one that took effect. */
const UNPROCESSED_STATUS = 429;

/**
 * How long to wait, in milliseconds, for a server that has never responded, or that has not responded since another
 * call gave up. If a server never responded, its address is probably wrong, and a restart takes less time than this. If
 * another call gave up, each of a thousand files to upload would otherwise wait for minutes.
 */
const ABSENT_TOTAL_MS = 15_000;

/** JSON requests to the service: retried when that is safe and may help, and evaluated by status and body. */
export class Rest {
  readonly #options: RestOptions;
  /**
   * How long a call has waited for the server in vain since its last response; Infinity before the first response.
   */
  #waitedInVainMs = Infinity;

  constructor(options: RestOptions) {
    this.#options = options;
  }

  /**
   * `GET {path}`.
   *
   * @throws ApiError; the signal's reason
   */
  async get(path: string, query: Query, options: CallOptions = {}): Promise<JsonResponse> {
    const request = { method: "GET", path, query, isRepeatable: true } as const;
    return await this.#repeating(request, options, jsonResponse);
  }

  /** As {@link get}, for a response that is no JSON. */
  async getText(path: string, query: Query, options: CallOptions = {}): Promise<TextResponse> {
    const headers = { accept: "text/plain, application/json" };
    const request = { method: "GET", path, query, headers, isRepeatable: true } as const;
    return await this.#repeating(request, options, textResponse);
  }

  /**
   * Sends a request that changes something. One that is not repeatable is sent again only when it certainly had no
   * effect: without a connection, or after a 429. After any other failure that could hide a success, the error has
   * `mayHaveSucceeded`, and the caller has to find out whether the change took effect.
   *
   * @throws ApiError; the signal's reason
   */
  async change(change: Change, options: CallOptions = {}): Promise<JsonResponse> {
    return await this.#repeating(change, options, jsonResponse);
  }

  async #repeating<Evaluated extends object>(
    asked: RestRequest,
    options: CallOptions,
    evaluate: Evaluate<Evaluated>,
  ): Promise<Evaluated> {
    const signal = options.signal ?? new AbortController().signal;
    // A crawl sends many requests under one signal; Node would warn of a leak from the eleventh listener on.
    setMaxListeners(0, signal);
    const { userAgent } = this.#options;
    const retry = this.#retryFor(options.totalMs);
    const request: Omit<HttpRequest, "attempt"> = {
      method: asked.method,
      path: asked.path,
      query: queryText(asked.query ?? {}),
      timeoutMs: options.timeoutMs ?? this.#options.timeoutMs,
      ...bodyOf(asked, { accept: "application/json", "user-agent": userAgent }),
    };
    let waitedFor: Error | undefined;
    const repeated = withRetries(retry, signal, async (attempt) => {
      try {
        const outcome = await this.#attempt({ ...request, attempt }, signal, evaluate);
        if (!(outcome instanceof RetryableFailure)) return outcome;
        waitedFor = repeatableOutcome(asked, outcome).error;
        return outcome;
      } catch (error) {
        if (!asked.isRepeatable && error instanceof ApiError && !isRefusal(error)) {
          error.mayHaveSucceeded = true;
        }
        throw error;
      }
    });
    return await repeated.catch((error: unknown) => {
      if (error === waitedFor)
        this.#waitedInVainMs = Math.max(this.#waitedInVainMs, retry.limits.totalMs);
      throw error;
    });
  }

  #retryFor(totalMs: number | undefined): RetryOptions {
    const retry = withTotal(this.#options.retry, totalMs);
    // An upload may wait for minutes, even when a listing has waited for less.
    if (retry.limits.totalMs > this.#waitedInVainMs) return retry;
    return this.#waitedInVainMs === 0
      ? retry
      : withTotal(retry, Math.min(retry.limits.totalMs, ABSENT_TOTAL_MS));
  }

  async #attempt<Evaluated extends object>(
    request: HttpRequest,
    signal: AbortSignal,
    evaluate: Evaluate<Evaluated>,
  ): Promise<Evaluated | RetryableFailure> {
    let response: HttpResponse;
    try {
      response = await this.#options.send(request, signal);
      if (!RETRYABLE_STATUS.has(response.status)) this.#waitedInVainMs = 0;
    } catch (error) {
      if (error instanceof ApiError && error.status === 0 && this.#isWorthRepeating(error)) {
        return new RetryableFailure(error);
      }
      throw error;
    }
    const judged = evaluate(request, response);
    if (!(judged instanceof ApiError)) return judged;
    if (!RETRYABLE_STATUS.has(response.status) && !isDamaged(judged)) throw judged;
    const now = this.#options.retry.clock.now();
    return new RetryableFailure(judged, parseRetryAfter(response.headers["retry-after"], now));
  }

  #isWorthRepeating(error: ApiError): boolean {
    const { worthRepeating, isUnknownHost = false } = networkProblem(error.cause);
    return worthRepeating || (isUnknownHost && this.#waitedInVainMs === 0);
  }
}

type Evaluate<Evaluated> = (request: HttpRequest, response: HttpResponse) => Evaluated | ApiError;

type RestRequest = Omit<Change, "method"> & { readonly method: HttpRequest["method"] };

/** Ends the retries when the failed attempt may have taken effect. */
function repeatableOutcome(asked: RestRequest, outcome: RetryableFailure): RetryableFailure {
  const { error } = outcome;
  if (asked.isRepeatable || !(error instanceof ApiError) || isUnprocessed(error)) return outcome;
  error.retryAfterMs = outcome.retryAfterMs;
  throw error;
}

/** Whether the server refused the request or never received it. Every other failure may hide a success. */
function isRefusal(error: ApiError): boolean {
  if (error.status === 0) return networkProblem(error.cause).neverSent === true;
  return error.status < 500 && error.status !== 408 && !error.mayHaveSucceeded;
}

/** Whether the bytes of the request changed on the way, by their Content-MD5: the server stored nothing of them. */
function isDamaged(error: ApiError): boolean {
  return error.status === 400 && error.errorCode === "BadDigest";
}

function isUnprocessed(error: ApiError): boolean {
  if (isDamaged(error)) return true;
  if (error.status !== 0) return error.status === UNPROCESSED_STATUS;
  return networkProblem(error.cause).neverSent === true;
}

function bodyOf(
  { body, headers }: RestRequest,
  common: Readonly<Record<string, string>>,
): Pick<HttpRequest, "headers" | "body"> {
  if (body === undefined) return { headers: { ...common, ...headers } };
  if (body instanceof Uint8Array) return { headers: { ...common, ...headers }, body };
  const json = { "content-type": "application/json" };
  return { headers: { ...common, ...json, ...headers }, body: JSON.stringify(body) };
}

function queryText(query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    parameters.set(name, Array.isArray(value) ? value.join(",") : String(value));
  }
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}
