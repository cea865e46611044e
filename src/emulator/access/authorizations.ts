import { randomBytes, randomInt } from "node:crypto";
import type { Draft } from "../state/draft.ts";
import type { Application, Authorization, Token } from "../state/entities.ts";
import type { State } from "../state/state.ts";
import { OAuthProblem, unknownScope } from "./oauth-problem.ts";
import { isKnownClause, scopeClauses } from "./scopes.ts";
import { issueToken, type NewToken } from "./tokens.ts";

/*
 * From the wish for access to the token. An authorization is made when an app asks, is decided by the user
 * on a page, and ends when the app exchanges its code; each code works once.
 */

/** How long the user has to decide, and the app to fetch the token. */
export const AUTHORIZATION_SECONDS = 1800;

/** No letters and digits that can be taken for each other. */
const USER_CODE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";
const USER_CODE_LENGTH = 5;

/** More than anybody waits for; the oldest give way. */
const MAX_WAITING = 1000;

export interface Wish {
  readonly application: Application;
  readonly scopes: readonly string[];
  readonly nowMs: number;
}

/** The clauses of a scope text. @throws OAuthProblem `invalid_scope` */
export function askedScopes(text: string): readonly string[] {
  const clauses = scopeClauses(text);
  const unknown = clauses.find((clause) => !isKnownClause(clause));
  if (unknown !== undefined) throw unknownScope(unknown);
  return clauses;
}

/** A wish that its user will decide with the help of a code of five characters. */
export async function startDeviceAuthorization(state: State, wish: Wish): Promise<Authorization> {
  return await state.transact((draft) => {
    forgetOld(draft, state, wish.nowMs);
    return draft.put("authorizations", { ...pending(wish), userCode: newUserCode(state) });
  });
}

/** How a wish came that its user has granted already. */
export type Granted = Wish & { readonly userId: string } & (
    | { /** What gets the code from the browser. */ readonly redirectUri: string }
    | { /** The session that the user started the app with. */ readonly appSessionId: string }
  );

/** A wish that its user has granted, in the browser or by starting the app. */
export async function grantAuthorization(state: State, granted: Granted): Promise<Authorization> {
  return await state.transact((draft) => putGranted(draft, state, granted));
}

/** As {@link grantAuthorization}, within a transaction. */
export function putGranted(draft: Draft, state: State, granted: Granted): Authorization {
  const { application, scopes, nowMs, ...known } = granted;
  forgetOld(draft, state, nowMs);
  const wish = pending({ application, scopes, nowMs });
  return draft.put("authorizations", { ...wish, ...known, decision: "approved" });
}

/** The wish that waits under a user's code; undefined for one that is unknown, decided or too old. */
export function waitingUnder(
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

export async function decide(
  state: State,
  id: string,
  decision: { readonly approved: boolean; readonly userId: string },
): Promise<void> {
  await state.transact((draft) => {
    const authorization = draft.get("authorizations", id);
    if (authorization?.decision !== "pending") return;
    const decided = decision.approved ? ("approved" as const) : ("denied" as const);
    draft.put("authorizations", { ...authorization, decision: decided, userId: decision.userId });
  });
}

/** What an app shows to get its token. */
export interface Exchange {
  readonly application: Pick<Application, "id">;
  readonly code: string;
  /** For all codes but those of devices: the app's address, for those that came by a redirection where to. */
  readonly redirectUri?: string;
  readonly nowMs: number;
}

/** Turns an approved authorization into a token, once. @throws OAuthProblem */
export async function exchange(state: State, given: Exchange): Promise<Token> {
  return await state.transact((draft) => {
    const authorization = needOwn(draft, given);
    if (authorization.decision === "pending") {
      const wait = "User has not yet approved the access request";
      throw new OAuthProblem("authorization_pending", wait);
    }
    if (authorization.decision === "denied") {
      throw new OAuthProblem("access_denied", "User has denied the access request");
    }
    for (const { id } of sameWish(state, authorization)) draft.remove("authorizations", id);
    return issueToken(draft, tokenFor(state, authorization), given.nowMs);
  });
}

/** The authorization, and for a session all its codes: it gets one token. */
function sameWish(state: State, authorization: Authorization): Authorization[] {
  const { id, appSessionId } = authorization;
  if (appSessionId === undefined) return [authorization];
  const all = [...state.all("authorizations")];
  return all.filter((other) => other.id === id || other.appSessionId === appSessionId);
}

function needOwn(draft: Draft, { application, code, redirectUri, nowMs }: Exchange): Authorization {
  const authorization = draft.get("authorizations", code);
  if (authorization === undefined || authorization.applicationId !== application.id) {
    throw new OAuthProblem("invalid_grant", "The code is unknown or was used before");
  }
  if (nowMs >= authorization.expiresMs) {
    throw new OAuthProblem("invalid_grant", "The code has expired");
  }
  if (!fitsAddress(authorization, redirectUri)) {
    throw new OAuthProblem("invalid_grant", "The code was given to another redirect_uri");
  }
  return authorization;
}

/** The code of a session went to no address: there any of the app's will do. */
function fitsAddress(authorization: Authorization, redirectUri: string | undefined): boolean {
  if (authorization.appSessionId !== undefined) return redirectUri !== undefined;
  return authorization.redirectUri === redirectUri;
}

/** Scopes add up over what the same user granted the same app before, as long as a token of it lives. */
function tokenFor(state: State, authorization: Authorization): NewToken {
  const { userId = "", applicationId, scopes, appSessionId } = authorization;
  const earlier = [...state.all("tokens")].filter(
    (token) =>
      token.isAuthorized === true &&
      token.removed !== true &&
      token.userId === userId &&
      token.applicationId === applicationId,
  );
  const all = [...scopes, ...earlier.flatMap((token) => token.scopes)];
  const own = appSessionId === undefined ? {} : { appSessionId };
  return { userId, applicationId, scopes: [...new Set(all)], isAuthorized: true, ...own };
}

function pending({ application, scopes, nowMs }: Wish): Authorization {
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

function forgetOld(draft: Draft, state: State, nowMs: number): void {
  const all = [...state.all("authorizations")].sort((a, b) => b.expiresMs - a.expiresMs);
  const old = all.filter(({ expiresMs }, at) => expiresMs <= nowMs || at >= MAX_WAITING - 1);
  for (const { id } of old) draft.remove("authorizations", id);
}
