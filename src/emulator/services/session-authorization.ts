import { putApprovedAuthorization } from "../access/authorizations.ts";
import type { AppSession } from "../state/entities.ts";
import type { State } from "../state/state.ts";
import { isTerminal } from "./app-sessions.ts";
import type { Context } from "./context.ts";
import { inputIds } from "./dataset-filter.ts";

/** The scopes that a started app gets on its inputs. */
const INPUT_SCOPES = [
  ["projects", "WRITE PROJECT"],
  ["samples", "READ SAMPLE"],
  ["appresults", "READ APPRESULT"],
  ["runs", "READ RUN"],
] as const;

/**
 * Returns the code that the app of a running session exchanges for its token. The code is created when the app first
 * reads the session, stays the same until it is used or expires, and is empty once the session has a token.
 */
export async function sessionAuthorizationCode(
  { state, clock }: Context,
  { id: appSessionId }: AppSession,
): Promise<string> {
  // Within the transaction, so that concurrent requests get the same code.
  return await state.transact((transaction) => {
    const nowMs = clock.now();
    const session = transaction.need("appsessions", appSessionId);
    if (isTerminal(session) || hasToken(state, session)) return "";
    const live = [...state.all("authorizations")].find(
      (each) => each.appSessionId === appSessionId && nowMs < each.expiresMs,
    );
    if (live !== undefined) return live.id;
    const { applicationId, userId } = session;
    const application = state.need("applications", applicationId);
    const scopes = scopesOf(session);
    return putApprovedAuthorization(transaction, state, {
      application,
      scopes,
      userId,
      appSessionId,
      nowMs,
    }).id;
  });
}

function hasToken(state: State, { id }: AppSession): boolean {
  return [...state.all("tokens")].some(({ appSessionId }) => appSessionId === id);
}

function scopesOf(session: AppSession): string[] {
  const scopes = INPUT_SCOPES.flatMap(([noun, clause]) =>
    inputIds(session, noun).map((id) => `${clause} ${id}`),
  );
  return [...new Set(scopes)];
}
