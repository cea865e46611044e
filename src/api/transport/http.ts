import type { Dispatcher } from "undici";
import { inPieces } from "./body-pieces.ts";
import { ApiError } from "./errors.ts";
import { networkProblem } from "./network-error.ts";
import { isTooSlow, TooSlowError } from "./pace/lowest-speed.ts";
import type { MovedBytes } from "./pace/pace-watch.ts";

/*
 * One HTTP exchange with the API server, and nothing else: no token, no retry, no meaning. Each policy
 * is a function from a Send to a Send that keeps the rest as it is, put together once in `rest.ts`.
 */

export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "DELETE";
  /** Absolute and encoded, without query. */
  readonly path: string;
  /** `""`, or with its question mark. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /**
   * To connect; until the connection has taken the next 64 KiB of the body; from its end to the first byte of
   * the answer; and between two pieces of the answer, which may not come at less than the lowest speed for longer.
   * In milliseconds.
   */
  readonly timeoutMs: number;
  /** 1 for the first. */
  readonly attempt: number;
  /** Is told how much of a long body has gone out. */
  readonly moved?: MovedBytes;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; a header that came several times is one text. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/**
 * @throws ApiError with status 0 when no whole answer came; the signal's reason when it aborts
 */
export type Send = (request: HttpRequest, signal: AbortSignal) => Promise<HttpResponse>;

/** A thousand long items are about 5 MB; more than this is not a page of a list, of which a few come at a time. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/**
 * Sends over `dispatcher` to `origin`, and to nowhere else: redirects are answers like any other.
 *
 * @param link path and query of a signed link, to be sent untouched; the request's own then only name it, as
 * errors and logs may not hold the link
 */
export function httpSend(dispatcher: Dispatcher, origin: string, link?: string): Send {
  return async (request, signal) => {
    signal.throwIfAborted();
    try {
      const response = await dispatcher.request({
        origin,
        path: link ?? request.path + request.query,
        method: request.method,
        ...bodyToSend(request),
        headersTimeout: request.timeoutMs,
        bodyTimeout: request.timeoutMs,
        signal,
      });
      const body = await readBody(request, response);
      return { status: response.statusCode, headers: flatten(response.headers), body };
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof ApiError ? error : noResponseError(request, error);
    }
  };
}

/** Pieces do not tell how long they are together, and a store takes no body whose length it is not told. */
function bodyToSend({
  headers,
  body,
  moved,
}: HttpRequest): Pick<Dispatcher.DispatchOptions, "headers" | "body"> {
  if (body === undefined || typeof body === "string") return { headers, body: body ?? null };
  const length = { "content-length": String(body.length) };
  return { headers: { ...headers, ...length }, body: inPieces(body, moved) };
}

async function readBody(request: HttpRequest, response: Dispatcher.ResponseData): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const begun = performance.now();
  // Leaving the loop by an exception destroys the body and its connection.
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (isTooSlow(bytes, performance.now() - begun, request.timeoutMs)) throw new TooSlowError();
    if (bytes > MAX_BODY_BYTES) {
      const problem = `the answer is longer than ${MAX_BODY_BYTES} bytes`;
      throw new ApiError("unavailable", { ...request, status: response.statusCode }, problem);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

function flatten(headers: Dispatcher.ResponseData["headers"]): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return flat;
}

/** What an exchange without a whole answer fails with. */
export function noResponseError(request: HttpRequest, error: unknown): ApiError {
  const { reason, problem, remedy } = networkProblem(error);
  const options = remedy === undefined ? { cause: error } : { cause: error, remedy };
  return new ApiError(reason, { ...request, status: 0 }, problem, options);
}
