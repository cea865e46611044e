import { BsmountError, type BsmountErrorOptions, type FailureReason } from "../../core/errors.ts";
import { ApiError } from "../transport/errors.ts";

/**
 * Why a sign-in failed.
 *
 * - `denied`: the user refused
 * - `expired`: there was no decision in time
 * - `unknown-client`: the client id or the client secret is wrong
 * - `invalid-scope`: the service does not know the scope
 * - `invalid-code`: the code is unknown, was used before, or belongs to another app
 * - `refused`: any other response of the service
 */
export type OAuthFailure =
  "denied" | "expired" | "unknown-client" | "invalid-scope" | "invalid-code" | "refused";

/** A sign-in that failed for one of these reasons; a failure of the network stays an `ApiError`. */
export class OAuthError extends BsmountError {
  /** The name of the class. */
  override name = "OAuthError";
  /** Why the sign-in failed. */
  readonly failure: OAuthFailure;

  constructor(failure: OAuthFailure, message: string, options: BsmountErrorOptions = {}) {
    super(REASONS[failure], message, { remedy: REMEDIES[failure], ...options });
    this.failure = failure;
  }
}

const REASONS: Readonly<Record<OAuthFailure, FailureReason>> = {
  denied: "access-denied",
  expired: "timeout",
  "unknown-client": "not-signed-in",
  "invalid-scope": "usage",
  "invalid-code": "not-signed-in",
  refused: "not-signed-in",
};

const REMEDIES: Readonly<Record<OAuthFailure, string>> = {
  denied: "sign in again, and approve the request in the browser",
  expired: "sign in again, and approve the request before it expires",
  "unknown-client":
    "check client id and client secret against the app's page in the developer portal of this server",
  "invalid-scope": "ask for scopes such as BROWSE GLOBAL, READ GLOBAL, WRITE PROJECT 12",
  "invalid-code": "sign in again",
  refused: "sign in again",
};

/** The service's `error`, in every known spelling. */
const FAILURES: Readonly<Record<string, OAuthFailure>> = {
  access_denied: "denied",
  accessdenied: "denied",
  expired_token: "expired",
  invalid_client: "unknown-client",
  unauthorized_client: "unknown-client",
  invalid_scope: "invalid-scope",
  invalid_grant: "invalid-code",
};

/** The error of a step of the sign-in as an `OAuthError`; other errors unchanged. */
export function asOAuthError(error: unknown): unknown {
  if (!(error instanceof ApiError) || error.errorCode === undefined) return error;
  if (error.status >= 500 || error.status === 429) return error;
  const failure = FAILURES[error.errorCode.toLowerCase()] ?? "refused";
  return new OAuthError(failure, error.message, { cause: error });
}
