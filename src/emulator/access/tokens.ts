import { randomBytes } from "node:crypto";
import type { Draft } from "../state/draft.ts";
import type { Token } from "../state/entities.ts";
import { storedDate } from "../text/dates.ts";

export interface NewToken {
  /** @default 32 new hex digits */
  readonly accessToken?: string;
  readonly userId: string;
  readonly applicationId: string;
  /** Clauses as {@link scopeClauses} returns them. */
  readonly scopes: readonly string[];
  /** See {@link Token}. */
  readonly isAuthorized?: boolean;
  /** See {@link Token}. */
  readonly appSessionId?: string;
}

/** Stores a token. It is valid until it is revoked. */
export function issueToken(draft: Draft, token: NewToken, nowMs: number): Token {
  return draft.put("tokens", {
    id: token.accessToken ?? randomBytes(16).toString("hex"),
    userId: token.userId,
    applicationId: token.applicationId,
    scopes: token.scopes,
    granted: [],
    ...(token.isAuthorized === undefined ? {} : { isAuthorized: token.isAuthorized }),
    ...(token.appSessionId === undefined ? {} : { appSessionId: token.appSessionId }),
    dateCreated: storedDate(nowMs),
  });
}

/** Revokes a token permanently. */
export function revokeToken(draft: Draft, accessToken: string): void {
  draft.put("tokens", { ...draft.need("tokens", accessToken), removed: true });
}

/** Gives a token a clause for an entity that it has just created. */
export function grantClause(draft: Draft, accessToken: string, clause: string): void {
  const token = draft.need("tokens", accessToken);
  if (token.granted.includes(clause)) return;
  draft.put("tokens", { ...token, granted: [...token.granted, clause] });
}
