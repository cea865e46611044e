import { BsmountError, type BsmountErrorOptions, type FailureReason } from "../../core/errors.ts";

export interface StoreErrorFacts {
  /** HTTP status. */
  readonly status: number;
  /** S3's code, e.g. `AccessDenied`. */
  readonly errorCode?: string | undefined;
  /** `x-amz-request-id` of the response, which the operators of the store ask for. */
  readonly requestId?: string | undefined;
}

/** A response of the object store that refuses the request, or does not match it. */
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
