import { BsmountError, type BsmountErrorOptions, type FailureReason } from "../../core/errors.ts";
import { shownText } from "../../core/shown-text.ts";
import type { ErrorBody } from "./error-body.ts";

/** Names a request in errors. */
export interface RequestName {
  /** The HTTP method. */
  readonly method: string;
  /** Without host and query. */
  readonly path: string;
}

/** What an {@link ApiError} says about its request. */
export interface ApiErrorFacts extends RequestName {
  /** HTTP status; 0 when no response was received. */
  readonly status: number;
  /** BaseSpace's own code, e.g. `BASESPACE.COMMON.INSUFFICIENT_RESOURCE_PERMISSIONS`. */
  readonly errorCode?: string | undefined;
  /** The request Id that Illumina's support asks for. */
  readonly requestId?: string | undefined;
}

/** Messages of services are rarely longer; the description of a problem may quote the response. */
const LONGEST = { errorCode: 200, requestId: 100, message: 500, problem: 1000 } as const;

/** A request that the service refused, that had no response, or whose response makes no sense. */
export class ApiError extends BsmountError {
  /** The name of the class. */
  override name = "ApiError";
  /** HTTP status; 0 if no response was received. */
  readonly status: number;
  /** BaseSpace's own code, such as `BASESPACE.COMMON.INSUFFICIENT_RESOURCE_PERMISSIONS`. */
  readonly errorCode: string | undefined;
  /** The request Id that Illumina's support asks for. */
  readonly requestId: string | undefined;
  /** The HTTP method. */
  readonly method: string;
  /** The path of the request, without host and query. */
  readonly path: string;
  /**
   * The request may have taken effect: the response was lost, or the service failed while it processed the request.
   */
  mayHaveSucceeded = false;
  /** The delay that the service asks for before the next attempt, in milliseconds. */
  retryAfterMs: number | undefined;

  constructor(
    reason: FailureReason,
    facts: ApiErrorFacts,
    problem: string,
    options: BsmountErrorOptions = {},
  ) {
    const shown = shownText(problem, LONGEST.problem);
    super(reason, `${facts.method} ${facts.path}: ${shown}`, options);
    this.status = facts.status;
    this.errorCode = shortened(facts.errorCode, LONGEST.errorCode);
    this.requestId = shortened(facts.requestId, LONGEST.requestId);
    this.method = facts.method;
    this.path = facts.path;
  }
}

/** A response whose JSON is not what the endpoint promises. */
export class DecodeError extends ApiError {
  /** The name of the class. */
  override name = "DecodeError";
}

const REASON_BY_STATUS: Readonly<Record<number, FailureReason>> = {
  401: "not-signed-in",
  403: "access-denied",
  404: "not-found",
  408: "timeout",
  410: "not-found",
};

/** Applied before the status: old servers send errors with status 200. */
const REASON_BY_CODE: readonly (readonly [RegExp, FailureReason])[] = [
  [/ARCHIV/i, "archived"],
  [/INSUFFICIENT_RESOURCE_PERMISSIONS$|^Forbidden$|ACCESS_DENIED$/i, "access-denied"],
  [/RESOURCE_REMOVED$|NOT_?FOUND$/i, "not-found"],
  [/UNAUTHORIZED$|^invalid_token$/i, "not-signed-in"],
];

const REMEDIES: Partial<Record<FailureReason, string>> = {
  "not-signed-in": "sign in again, or use an access token of this server",
  "access-denied": "use an access token whose scopes allow this, or ask the owner to share it",
  archived: "restore it in BaseSpace first",
};

/** The error for a response that refuses the request, by its status and its body. */
export function refusedError(facts: ApiErrorFacts, body: ErrorBody | undefined): ApiError {
  const errorCode = shortened(body?.errorCode, LONGEST.errorCode);
  const requestId = shortened(facts.requestId ?? body?.requestId, LONGEST.requestId);
  const reason = reasonOfRefusal(facts.status, body);
  const remedy = REMEDIES[reason];
  return new ApiError(
    reason,
    { ...facts, errorCode, requestId },
    describeRefusal({ ...facts, errorCode, requestId }, shortened(body?.message, LONGEST.message)),
    remedy === undefined ? {} : { remedy },
  );
}

function reasonOfRefusal(status: number, body: ErrorBody | undefined): FailureReason {
  const word = body?.errorCode ?? body?.message ?? "";
  const byCode = REASON_BY_CODE.find(([pattern]) => pattern.test(word));
  return byCode?.[1] ?? REASON_BY_STATUS[status] ?? "unavailable";
}

function describeRefusal(facts: ApiErrorFacts, message: string | undefined): string {
  const details = [
    facts.errorCode,
    facts.requestId === undefined ? undefined : `request ${facts.requestId}`,
  ].filter((detail) => detail !== undefined);
  const text = message === undefined ? "" : ` ${message}`;
  return `the service returned ${facts.status}${text}${details.length === 0 ? "" : ` (${details.join(", ")})`}`;
}

function shortened(text: string | undefined, maxLength: number): string | undefined {
  return text === undefined ? undefined : shownText(text, maxLength);
}
