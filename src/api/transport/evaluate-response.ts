import { findError } from "./error-body.ts";
import { ApiError, type ApiErrorFacts, refusedError, type RequestName } from "./errors.ts";
import type { HttpRequest, HttpResponse } from "./http.ts";

export interface JsonResponse {
  /** Undefined when the response to a change has no body. */
  readonly json: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly request: RequestName;
  readonly status: number;
}

/** Text of a file, without an envelope. */
export interface TextResponse {
  readonly text: string;
  readonly request: RequestName;
  readonly status: number;
}

/** The JSON of a response, or the error that it is. */
export function jsonResponse(
  request: HttpRequest,
  response: HttpResponse,
): JsonResponse | ApiError {
  const json = parseJson(response.body);
  const facts = factsOf(request, response);
  const refusal = refusalOf(facts, response, json);
  if (refusal !== undefined) return refusal;
  const isEmpty = response.body.length === 0 && request.method !== "GET";
  if (json === undefined && !isEmpty) {
    const unread = unexpectedError(facts, "is not JSON");
    unread.mayHaveSucceeded = request.method !== "GET";
    return unread;
  }
  return { json, headers: response.headers, request: nameOf(request), status: response.status };
}

/** The text of a response, or the error that it is: errors are JSON here too. */
export function textResponse(
  request: HttpRequest,
  response: HttpResponse,
): TextResponse | ApiError {
  const json = parseJson(response.body);
  const facts = factsOf(request, response);
  const refusal = refusalOf(facts, response, json);
  if (refusal !== undefined) return refusal;
  if (typeof json === "object") return unexpectedError(facts, "is JSON, not the text of a file");
  const text = response.body.toString("utf8");
  return { text, request: nameOf(request), status: response.status };
}

function nameOf({ method, path }: HttpRequest): RequestName {
  return { method, path };
}

function factsOf(request: HttpRequest, { status, headers }: HttpResponse): ApiErrorFacts {
  return { ...nameOf(request), status, requestId: headers["x-request-id"] };
}

function refusalOf(
  facts: ApiErrorFacts,
  response: HttpResponse,
  json: unknown,
): ApiError | undefined {
  const error = findError(json);
  if (error !== undefined || response.status >= 400) return refusedError(facts, error);
  if (response.status < 300) return undefined;
  return new ApiError("unavailable", facts, redirection(response), {
    remedy: "give the address that it redirects to as the API server, if you trust it",
  });
}

function unexpectedError(facts: ApiErrorFacts, problem: string): ApiError {
  return new ApiError("unavailable", facts, `the response (${facts.status}) ${problem}`, {
    remedy: "check that the address is that of a BaseSpace API server",
  });
}

function redirection(response: HttpResponse): string {
  const location = response.headers["location"] ?? "";
  const target = URL.canParse(location) ? new URL(location).origin : "another address";
  return `the service redirects (${response.status}) to ${target}, which is not followed`;
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8")) as unknown;
  } catch {
    return undefined;
  }
}
