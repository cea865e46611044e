import { BsmountError, type BsmountErrorOptions, type FailureReason } from "../../core/errors.ts";

export interface StoreErrorFacts {
  /** HTTP status. */
  readonly status: number;
  /** S3's code, e.g. `AccessDenied`. */
  readonly errorCode?: string | undefined;
  /** The answer's `x-amz-request-id`: what the store's operators ask for. */
  readonly requestId?: string | undefined;
}

/** An answer of the object store that is a refusal, or not what was asked for. */
export class StoreError extends BsmountError {
  override name = "StoreError";
  readonly status: number;
  readonly errorCode: string | undefined;
  readonly requestId: string | undefined;

  constructor(
    reason: FailureReason,
    facts: StoreErrorFacts,
    problem: string,
    options: BsmountErrorOptions = {},
  ) {
    const requestId = usableId(facts.requestId);
    super(reason, requestId === undefined ? problem : `${problem} (request ${requestId})`, options);
    this.status = facts.status;
    this.errorCode = facts.errorCode;
    this.requestId = requestId;
  }
}

/** A header may hold anything; an id goes into logs. */
function usableId(header: string | undefined): string | undefined {
  return header !== undefined && /^[\w.+/=:-]{1,128}$/.test(header) ? header : undefined;
}
