import { BsmountError, type FailureReason } from "../../core/errors.ts";
import type { RangeOutcome } from "./range-fetcher.ts";
import { StoreError } from "./store-error.ts";

type Refused = Extract<RangeOutcome, { kind: "refused" }>;

/** S3's codes for an expired link, or expired credentials. */
const EXPIRED_CODES: ReadonlySet<string> = new Set([
  "ExpiredToken",
  "RequestExpired",
  "TokenRefreshRequired",
  "InvalidToken",
]);

/** S3's codes for a body that arrived incomplete, late or damaged: it may arrive when it is sent again. */
const BROKEN_BODY_CODES: ReadonlySet<string> = new Set([
  "BadDigest",
  "IncompleteBody",
  "RequestTimeout",
]);

/**
 * Whether a failure with this status may pass: overload, or trouble of the store. 501 and 505 are for what it never
 * supports.
 */
const mayPass = (status: number): boolean =>
  status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);

/** Content in cold storage. */
const ARCHIVED_CODE = "InvalidObjectState";

/** When the store returns another version, the request is sent again; after this many times, the file has changed. */
const MAX_CHANGES = 3;

const REASON_BY_STATUS: Readonly<Record<number, FailureReason>> = {
  400: "access-denied",
  401: "access-denied",
  403: "access-denied",
  404: "not-found",
  410: "not-found",
  412: "changed",
  416: "changed",
};

/** True when a new link may lead to the bytes: this one has expired, or leads to another version. */
export function needsNewLink(outcome: RangeOutcome): boolean {
  if (outcome.kind === "changed") return true;
  if (outcome.kind !== "refused") return false;
  const code = storeCode(outcome.body);
  if (outcome.status === 401 || outcome.status === 403) return code !== ARCHIVED_CODE;
  return outcome.status === 400 && EXPIRED_CODES.has(code ?? "");
}

export interface RangeFailure {
  readonly error: BsmountError;
  /** False when the next attempt may do better. */
  readonly isFinal: boolean;
  /** The header of that name. */
  readonly retryAfter?: string | undefined;
}

/**
 * The error of an attempt that did not read its range; `what` begins the message.
 *
 * @param changes how many outcomes were `changed` so far, including this one
 */
export function failureOf(
  what: string,
  outcome: Exclude<RangeOutcome, { kind: "taken" }>,
  changes: number,
): RangeFailure {
  switch (outcome.kind) {
    case "changed": {
      const error = new StoreError("changed", outcome, `${what}: ${outcome.problem}`);
      return { error, isFinal: changes >= MAX_CHANGES };
    }
    case "invalid":
      return {
        error: new StoreError("unavailable", outcome, `${what}: ${outcome.problem}`),
        isFinal: false,
      };
    case "broken": {
      const { reason, problem, remedy } = outcome;
      const options = remedy === undefined ? {} : { remedy };
      const error = new BsmountError(reason, `${what}: ${problem}`, options);
      return { error, isFinal: !outcome.worthRepeating };
    }
    case "refused":
      return refusedByStore(what, outcome);
    default:
      throw new Error(`no such outcome: ${String(outcome satisfies never)}`);
  }
}

function refusedByStore(what: string, refused: Refused): RangeFailure {
  const code = storeCode(refused.body);
  const facts = { ...refused, errorCode: code };
  const problem = `the object store returned ${refused.status}${code === undefined ? "" : ` ${code}`}`;
  if (code === ARCHIVED_CODE) {
    const remedy = "restore the file in BaseSpace first";
    const error = new StoreError("archived", facts, `${what}: ${problem}`, { remedy });
    return { error, isFinal: true };
  }
  const isBroken = BROKEN_BODY_CODES.has(code ?? "");
  const reason = isBroken ? undefined : REASON_BY_STATUS[refused.status];
  return {
    error: new StoreError(reason ?? "unavailable", facts, `${what}: ${problem}`),
    isFinal: !isBroken && !mayPass(refused.status),
    retryAfter: refused.retryAfter,
  };
}

/** `<Code>` of S3's XML. */
function storeCode(body: string): string | undefined {
  return /<Code>([A-Za-z0-9.]{1,64})<\/Code>/.exec(body)?.[1];
}
