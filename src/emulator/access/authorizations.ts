import { randomBytes, randomInt } from "node:crypto";
import type { Application, Authorization, Token } from "../state/entities.ts";
import type { State } from "../state/state.ts";
import type { Transaction } from "../state/transaction.ts";
import { OAuthProblem, unknownScopeProblem } from "./oauth-problem.ts";
import { isKnownClause, scopeClauses } from "./scopes.ts";
import { issueToken, type NewToken } from "./tokens.ts";

/*
 * From an app's request for access to its token. An authorization is created when an app requests access, is
 * decided by the user on a page, and is removed when the app exchanges its code; each code works once.
 */

/** How long the user can decide and the app can fetch its token. */
export const AUTHORIZATION_SECONDS = 1800;

/** Without letters and digits that are easily confused. */
const USER_CODE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";
const USER_CODE_LENGTH = 5;

/** More than are ever pending in practice; above that the oldest are removed. */
const MAX_AUTHORIZATIONS = 1000;

export interface AccessRequest {
  readonly application: Application;
  readonly scopes: readonly string[];
  readonly nowMs: number;
}

/** Splits a scope text into clauses. @throws OAuthProblem `invalid_scope` */
export function parseRequestedScopes(text: string): readonly string[] {
  const clauses = scopeClauses(text);
  const unknown = clauses.find((clause) => !isKnownClause(clause));
  if (unknown !== undefined) throw unknownScopeProblem(unknown);
  return clauses;
}

/** Creates an authorization that the user will find by a code of five characters and decide. */
export async function startDeviceAuthorization(
  state: State,
  request: AccessRequest,
): Promise<Authorization> {
  return await state.transact((transaction) => {
    removeOldAuthorizations(transaction, state, request.nowMs);
    return transaction.put("authorizations", {
      ...pendingAuthorization(request),
      userCode: newUserCode(state),
    });
  });
}

/** A request that its user has approved already, in the browser or by starting the app. */
export type ApprovedRequest = AccessRequest & { readonly userId: string } & (
    | { /** Where the browser brings the code. */ readonly redirectUri: string }
    | { /** The session that the user started. */ readonly appSessionId: string }
  );

/** Creates an authorization for a request that its user has approved. */
export async function createApprovedAuthorization(
  state: State,
  request: ApprovedRequest,
): Promise<Authorization> {
  return await state.transact((transaction) =>
    putApprovedAuthorization(transaction, state, request),
  );
}

/** As {@link createApprovedAuthorization}, within a transaction. */
export function putApprovedAuthorization(
  transaction: Transaction,
  state: State,
  request: ApprovedRequest,
): Authorization {
  const { application, scopes, nowMs, ...details } = request;
  removeOldAuthorizations(transaction, state, nowMs);
  const authorization = pendingAuthorization({ application, scopes, nowMs });
  return transaction.put("authorizations", { ...authorization, ...details, decision: "approved" });
}

/** Returns the pending authorization of a user code; undefined if it is unknown, decided or expired. */
export function pendingWithUserCode(
  state: State,
  userCode: string,
  nowMs: number,
): Authorization | undefined {
  for (const authorization of state.all("authorizations")) {
    if (authorization.userCode !== userCode || authorization.decision !== "pending") continue;
    if (nowMs < authorization.expiresMs) return authorization;
  }
  return undefined;
}

export async function decideAuthorization(
  state: State,
  id: string,
  decision: { readonly approved: boolean; readonly userId: string },
): Promise<void> {
  await state.transact((transaction) => {
    const authorization = transaction.get("authorizations", id);
    if (authorization?.decision !== "pending") return;
    const decided = decision.approved ? ("approved" as const) : ("denied" as const);
    transaction.put("authorizations", {
      ...authorization,
      decision: decided,
      userId: decision.userId,
    });
  });
}

/** An app's request to exchange a code for a token. */
export interface CodeExchange {
  readonly application: Pick<Application, "id">;
  readonly code: string;
  /** Required except for devices: the redirect address of the request, or for a session any of the app's. */
  readonly redirectUri?: string;
  readonly nowMs: number;
}

/** Exchanges an approved authorization for a token, once. @throws OAuthProblem */
export async function exchangeCode(state: State, exchange: CodeExchange): Promise<Token> {
  return await state.transact((transaction) => {
    const authorization = needAuthorization(transaction, exchange);
    if (authorization.decision === "pending") {
      const message = "User has not yet approved the access request";
      throw new OAuthProblem("authorization_pending", message);
    }
    if (authorization.decision === "denied") {
      throw new OAuthProblem("access_denied", "User has denied the access request");
    }
    for (const { id } of codesOfSameApproval(state, authorization))
      transaction.remove("authorizations", id);
    return issueToken(transaction, tokenFor(state, authorization), exchange.nowMs);
  });
}

/** The authorization and, for a session, all other codes of that session, because it gets one token. */
function codesOfSameApproval(state: State, authorization: Authorization): Authorization[] {
  const { id, appSessionId } = authorization;
  if (appSessionId === undefined) return [authorization];
  const all = [...state.all("authorizations")];
  return all.filter((other) => other.id === id || other.appSessionId === appSessionId);
}

function needAuthorization(
  transaction: Transaction,
  { application, code, redirectUri, nowMs }: CodeExchange,
): Authorization {
  const authorization = transaction.get("authorizations", code);
  if (authorization === undefined || authorization.applicationId !== application.id) {
    throw new OAuthProblem("invalid_grant", "The code is unknown or was used before");
  }
  if (nowMs >= authorization.expiresMs) {
    throw new OAuthProblem("invalid_grant", "The code has expired");
  }
  if (!matchesRedirectUri(authorization, redirectUri)) {
    throw new OAuthProblem("invalid_grant", "The code was issued for another redirect_uri");
  }
  return authorization;
}

/** A session's code was sent to no address, so any address of the app is accepted. */
function matchesRedirectUri(
  authorization: Authorization,
  redirectUri: string | undefined,
): boolean {
  if (authorization.appSessionId !== undefined) return redirectUri !== undefined;
  return authorization.redirectUri === redirectUri;
}

/** The new token also has the scopes of the earlier, unrevoked tokens that the user granted to the same app. */
function tokenFor(state: State, authorization: Authorization): NewToken {
  const { userId = "", applicationId, scopes, appSessionId } = authorization;
  const earlier = [...state.all("tokens")].filter(
    (token) =>
      token.isAuthorized === true &&
      token.removed !== true &&
      token.userId === userId &&
      token.applicationId === applicationId,
  );
  const allScopes = [...scopes, ...earlier.flatMap((token) => token.scopes)];
  const session = appSessionId === undefined ? {} : { appSessionId };
  return { userId, applicationId, scopes: [...new Set(allScopes)], isAuthorized: true, ...session };
}

function pendingAuthorization({ application, scopes, nowMs }: AccessRequest): Authorization {
  return {
    id: randomBytes(16).toString("hex"),
    applicationId: application.id,
    scopes,
    decision: "pending",
    expiresMs: nowMs + AUTHORIZATION_SECONDS * 1000,
  };
}

function newUserCode(state: State): string {
  const used = new Set([...state.all("authorizations")].map(({ userCode }) => userCode));
  for (;;) {
    const letters = Array.from(
      { length: USER_CODE_LENGTH },
      () => USER_CODE_LETTERS[randomInt(USER_CODE_LETTERS.length)],
    );
    const code = letters.join("");
    if (!used.has(code)) return code;
  }
}

function removeOldAuthorizations(transaction: Transaction, state: State, nowMs: number): void {
  const newestFirst = [...state.all("authorizations")].sort((a, b) => b.expiresMs - a.expiresMs);
  const old = newestFirst.filter(
    ({ expiresMs }, at) => expiresMs <= nowMs || at >= MAX_AUTHORIZATIONS - 1,
  );
  for (const { id } of old) transaction.remove("authorizations", id);
}
