import { setMaxListeners } from "node:events";
import { ApiError, refusal, type RequestName } from "./errors.ts";
import { findError } from "./error-body.ts";
import type { HttpAnswer, HttpRequest, Send } from "./http.ts";
import { networkProblem } from "./network-error.ts";
import { parseRetryAfter } from "./retry-delay.ts";
import { type RetryOptions, retrying, TryAgain } from "./retry.ts";

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** For one request to be answered, in milliseconds. Default: the client's. */
  readonly timeoutMs?: number;
}

/** Absent values are left out; several values are joined by commas. */
export type Query = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

export interface JsonAnswer {
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

const RETRYABLE_STATUS: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/** JSON from the REST service: repeated when that is safe and may help, judged by status and body. */
export class Rest {
  readonly #options: RestOptions;

  constructor(options: RestOptions) {
    this.#options = options;
  }

  /**
   * `GET {path}`.
   *
   * @throws ApiError; the signal's reason
   */
  async get(path: string, query: Query, options: CallOptions = {}): Promise<JsonAnswer> {
    const signal = options.signal ?? new AbortController().signal;
    // A crawl asks for much under one signal; Node would warn of a leak from the eleventh request on.
    setMaxListeners(0, signal);
    const request: Omit<HttpRequest, "attempt"> = {
      method: "GET",
      path,
      query: queryText(query),
      headers: { accept: "application/json", "user-agent": this.#options.userAgent },
      timeoutMs: options.timeoutMs ?? this.#options.timeoutMs,
    };
    return await retrying(this.#options.retry, signal, async (attempt) => {
      return await this.#attempt({ ...request, attempt }, signal);
    });
  }

  async #attempt(request: HttpRequest, signal: AbortSignal): Promise<JsonAnswer | TryAgain> {
    let answer: HttpAnswer;
    try {
      answer = await this.#options.send(request, signal);
    } catch (error) {
      if (error instanceof ApiError && error.status === 0 && isWorthRepeating(error)) {
        return new TryAgain(error);
      }
      throw error;
    }
    const judged = judge(request, answer);
    if (!(judged instanceof ApiError)) return judged;
    if (!RETRYABLE_STATUS.has(answer.status)) throw judged;
    const now = this.#options.retry.clock.now();
    return new TryAgain(judged, parseRetryAfter(answer.headers["retry-after"], now));
  }
}

function isWorthRepeating(error: ApiError): boolean {
  return networkProblem(error.cause).worthRepeating;
}

function judge(request: HttpRequest, answer: HttpAnswer): JsonAnswer | ApiError {
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
  if (json === undefined) {
    return new ApiError("unavailable", facts, `the answer (${answer.status}) is not JSON`, {
      remedy: "check that the address is that of a BaseSpace API server",
    });
  }
  return { json, headers: answer.headers, request: name, status: answer.status };
}

function redirection(answer: HttpAnswer): string {
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
