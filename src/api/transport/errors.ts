import { BsmountError, type BsmountErrorOptions, type FailureReason } from "../../core/errors.ts";
import { shownText } from "../../core/shown-text.ts";
import type { ErrorBody } from "./error-body.ts";

/** What was asked of the service. */
export interface RequestName {
  readonly method: string;
  /** Without host and query. */
  readonly path: string;
}

export interface ApiErrorFacts extends RequestName {
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** BaseSpace's own code, e.g. `BASESPACE.COMMON.INSUFFICIENT_RESOURCE_PERMISSIONS`. */
  readonly errorCode?: string | undefined;
  /** What Illumina's support asks for. */
  readonly requestId?: string | undefined;
}

/** What services say is rarely longer; what is wrong with an answer may quote it. */
const LONGEST = { errorCode: 200, requestId: 100, message: 500, problem: 1000 } as const;

/** A request that the service refused, did not answer, or answered in a way that makes no sense. */
export class ApiError extends BsmountError {
  override name = "ApiError";
  readonly status: number;
  readonly errorCode: string | undefined;
  readonly requestId: string | undefined;
  readonly method: string;
  readonly path: string;
  /** The answer was lost, or the service failed on the way: what was asked for may be done all the same. */
  mayHaveSucceeded = false;
  /** How long the service asks to wait before the next try, in milliseconds. */
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

/** An answer whose JSON is not what the endpoint promises. */
export class DecodeError extends ApiError {
  override name = "DecodeError";
}

const REASON_BY_STATUS: Readonly<Record<number, FailureReason>> = {
  401: "not-signed-in",
  403: "access-denied",
  404: "not-found",
  408: "timeout",
  410: "not-found",
};

/** Judged before the status: an old server answers 200 with the error in the body. */
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

/** The error of an answer that says no, by its status and its body. */
export function refusal(facts: ApiErrorFacts, body: ErrorBody | undefined): ApiError {
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
  return `the service answered ${facts.status}${text}${details.length === 0 ? "" : ` (${details.join(", ")})`}`;
}

function shortened(text: string | undefined, maxLength: number): string | undefined {
  return text === undefined ? undefined : shownText(text, maxLength);
}
