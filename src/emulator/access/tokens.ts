import { randomBytes } from "node:crypto";
import { storedDate } from "../text/dates.ts";
import type { Draft } from "../state/draft.ts";
import type { Token } from "../state/entities.ts";

export interface NewToken {
  /** 32 hex digits by default, made anew. */
  readonly accessToken?: string;
  readonly userId: string;
  readonly applicationId: string;
  /** Clauses as {@link scopeClauses} gives them. */
  readonly scopes: readonly string[];
  /** See {@link Token}. */
  readonly isAuthorized?: boolean;
  /** See {@link Token}. */
  readonly appSessionId?: string;
}

/** Makes a token known. It ends only when it is revoked. */
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

/** Ends a token for good. */
export function revokeToken(draft: Draft, accessToken: string): void {
  draft.put("tokens", { ...draft.need("tokens", accessToken), removed: true });
}

/** Gives the token a right on what it has just made. */
export function grant(draft: Draft, accessToken: string, clause: string): void {
  const token = draft.need("tokens", accessToken);
  if (token.granted.includes(clause)) return;
  draft.put("tokens", { ...token, granted: [...token.granted, clause] });
}
