import { setMaxListeners } from "node:events";
import { ApiError, refusal, type RequestName } from "./errors.ts";
import { findError } from "./error-body.ts";
import type { HttpResponse, HttpRequest, Send } from "./http.ts";
import { networkProblem } from "./network-error.ts";
import { parseRetryAfter } from "./retry-delay.ts";
import { type RetryOptions, withRetries, RetryableFailure, withTotal } from "./retry.ts";

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** For one request to be answered, in milliseconds. Default: the client's. */
  readonly timeoutMs?: number;
  /**
   * How long a request that fails is repeated, in milliseconds from its first failure on. Default: the client's,
   * which is minutes for the requests of an upload.
   */
  readonly totalMs?: number;
}

/** Absent values are left out; several values are joined by commas. */
export type Query = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

export interface JsonResponse {
  /** Undefined when a change was answered without a body. */
  readonly json: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly request: RequestName;
  readonly status: number;
}

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
  /** True when doing it twice is the same as once, such as sending a part again. */
  readonly isRepeatable: boolean;
}

/** What may pass by itself. Every other status is the service's last word. */
export const RETRYABLE_STATUS: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/** Turned away before anything was done. A 503 may come from behind something that was done already. */
const UNPROCESSED_STATUS = 429;

/**
 * How long a server is waited for that has never answered, or that somebody has waited for in vain since it last
 * did, in milliseconds. The address of the first is more likely wrong than the server away, and a restart takes
 * less; with the second a thousand files that are to be sent would wait for minutes each.
 */
const ABSENT_TOTAL_MS = 15_000;

/** JSON from the REST service: repeated when that is safe and may help, judged by status and body. */
export class Rest {
  readonly #options: RestOptions;
  /** For how long somebody has waited for the server in vain since it last answered; Infinity before it ever did. */
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
    return await this.#repeating({ method: "GET", path, query, isRepeatable: true }, options);
  }

  /**
   * Sends a request that changes something. What is not repeatable is sent again only when it was surely
   * not done: no connection, 429. After any other failure that could hide a success the error has
   * `mayHaveSucceeded`, and who knows what was asked for looks whether it is there.
   *
   * @throws ApiError; the signal's reason
   */
  async change(change: Change, options: CallOptions = {}): Promise<JsonResponse> {
    return await this.#repeating(change, options);
  }

  async #repeating(asked: Asked, options: CallOptions): Promise<JsonResponse> {
    const signal = options.signal ?? new AbortController().signal;
    // A crawl asks for much under one signal; Node would warn of a leak from the eleventh request on.
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
        const outcome = await this.#attempt({ ...request, attempt }, signal);
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
    // An upload that may wait for minutes is not cut short because a listing waited for less.
    if (retry.limits.totalMs > this.#waitedInVainMs) return retry;
    return this.#waitedInVainMs === 0
      ? retry
      : withTotal(retry, Math.min(retry.limits.totalMs, ABSENT_TOTAL_MS));
  }

  async #attempt(
    request: HttpRequest,
    signal: AbortSignal,
  ): Promise<JsonResponse | RetryableFailure> {
    let answer: HttpResponse;
    try {
      answer = await this.#options.send(request, signal);
      if (!RETRYABLE_STATUS.has(answer.status)) this.#waitedInVainMs = 0;
    } catch (error) {
      if (error instanceof ApiError && error.status === 0 && this.#isWorthRepeating(error)) {
        return new RetryableFailure(error);
      }
      throw error;
    }
    const judged = judge(request, answer);
    if (!(judged instanceof ApiError)) return judged;
    if (!RETRYABLE_STATUS.has(answer.status)) throw judged;
    const now = this.#options.retry.clock.now();
    return new RetryableFailure(judged, parseRetryAfter(answer.headers["retry-after"], now));
  }

  #isWorthRepeating(error: ApiError): boolean {
    const { worthRepeating, isUnknownHost = false } = networkProblem(error.cause);
    return worthRepeating || (isUnknownHost && this.#waitedInVainMs === 0);
  }
}

type Asked = Omit<Change, "method"> & { readonly method: HttpRequest["method"] };

/** Ends the repeating where the attempt may have done what a second one would do again. */
function repeatableOutcome(asked: Asked, outcome: RetryableFailure): RetryableFailure {
  const { error } = outcome;
  if (asked.isRepeatable || !(error instanceof ApiError) || isUnprocessed(error)) return outcome;
  error.retryAfterMs = outcome.retryAfterMs;
  throw error;
}

/** Said no, or never heard of it. Whatever else went wrong may hide that it was done. */
function isRefusal(error: ApiError): boolean {
  if (error.status === 0) return networkProblem(error.cause).neverSent === true;
  return error.status < 500 && error.status !== 408 && !error.mayHaveSucceeded;
}

function isUnprocessed(error: ApiError): boolean {
  if (error.status !== 0) return error.status === UNPROCESSED_STATUS;
  return networkProblem(error.cause).neverSent === true;
}

function bodyOf(
  { body, headers }: Asked,
  common: Readonly<Record<string, string>>,
): Pick<HttpRequest, "headers" | "body"> {
  if (body === undefined) return { headers: { ...common, ...headers } };
  if (body instanceof Uint8Array) return { headers: { ...common, ...headers }, body };
  const json = { "content-type": "application/json" };
  return { headers: { ...common, ...json, ...headers }, body: JSON.stringify(body) };
}

function judge(request: HttpRequest, answer: HttpResponse): JsonResponse | ApiError {
  const name: RequestName = { method: request.method, path: request.path };
  const requestId = answer.headers["x-request-id"];
  const facts = { ...name, status: answer.status, requestId };
  const json = parseJson(answer.body);
  const error = findError(json);
  if (error !== undefined || answer.status >= 400) return refusal(facts, error);
  if (answer.status >= 300) {
    return new ApiError("unavailable", facts, redirection(answer), {
      remedy: "give the address that it redirects to as the API server, if you trust it",
    });
  }
  const isEmpty = answer.body.length === 0 && request.method !== "GET";
  if (json === undefined && !isEmpty) {
    const unread = new ApiError("unavailable", facts, `the answer (${answer.status}) is not JSON`, {
      remedy: "check that the address is that of a BaseSpace API server",
    });
    unread.mayHaveSucceeded = request.method !== "GET";
    return unread;
  }
  return { json, headers: answer.headers, request: name, status: answer.status };
}

function redirection(answer: HttpResponse): string {
  const location = answer.headers["location"] ?? "";
  const place = URL.canParse(location) ? new URL(location).origin : "another place";
  return `the service redirects (${answer.status}) to ${place}, which is not followed`;
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8")) as unknown;
  } catch {
    return undefined;
  }
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
