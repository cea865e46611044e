import { randomBytes } from "node:crypto";
import type { Token } from "../state/entities.ts";
import type { Transaction } from "../state/transaction.ts";
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
export function issueToken(transaction: Transaction, token: NewToken, nowMs: number): Token {
  return transaction.put("tokens", {
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
export function revokeToken(transaction: Transaction, accessToken: string): void {
  transaction.put("tokens", { ...transaction.need("tokens", accessToken), removed: true });
}

/** Gives a token a clause for an entity that it has just created. */
export function grantClause(transaction: Transaction, accessToken: string, clause: string): void {
  const token = transaction.need("tokens", accessToken);
  if (token.granted.includes(clause)) return;
  transaction.put("tokens", { ...token, granted: [...token.granted, clause] });
}
