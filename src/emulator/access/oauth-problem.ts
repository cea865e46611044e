export type OAuthErrorCode =
  | "access_denied"
  | "authorization_pending"
  | "invalid_client"
  | "invalid_grant"
  | "invalid_request"
  | "invalid_scope"
  | "slow_down"
  | "unsupported_grant_type"
  | "unsupported_response_type";

/** A refusal in OAuth's form: 400 with `error` and `error_description`, without an envelope. */
export class OAuthProblem extends Error {
  override name = "OAuthProblem";
  readonly code: OAuthErrorCode;

  constructor(code: OAuthErrorCode, description: string) {
    super(description);
    this.code = code;
  }
}

/** Makes the problem `invalid_scope` that names the unknown clause. */
export function unknownScopeProblem(clause: string): OAuthProblem {
  return new OAuthProblem("invalid_scope", `The requested scope is invalid: ${clause}`);
}
