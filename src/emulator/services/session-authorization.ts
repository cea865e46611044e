import { putGranted } from "../access/authorizations.ts";
import type { Context } from "./context.ts";
import type { AppSession } from "../state/entities.ts";
import type { State } from "../state/state.ts";
import { isTerminal } from "./app-sessions.ts";
import { inputs } from "./dataset-filter.ts";

/** What a started app may do with what it was started on. */
const INPUT_SCOPES = [
  ["projects", "WRITE PROJECT"],
  ["samples", "READ SAMPLE"],
  ["appresults", "READ APPRESULT"],
  ["runs", "READ RUN"],
] as const;

/**
 * What the app of a session that runs makes its token of, once: made when the app first asks, the same
 * until it is used or too old, and empty once there is a token.
 */
export async function sessionCode(
  { state, clock }: Context,
  { id: appSessionId }: AppSession,
): Promise<string> {
  // Looked up where it is made, so that those who ask at once all get the same.
  return await state.transact((draft) => {
    const nowMs = clock.now();
    const session = draft.need("appsessions", appSessionId);
    if (isTerminal(session) || hasToken(state, session)) return "";
    const live = [...state.all("authorizations")].find(
      (each) => each.appSessionId === appSessionId && nowMs < each.expiresMs,
    );
    if (live !== undefined) return live.id;
    const { applicationId, userId } = session;
    const application = state.need("applications", applicationId);
    const scopes = scopesOf(session);
    return putGranted(draft, state, { application, scopes, userId, appSessionId, nowMs }).id;
  });
}

function hasToken(state: State, { id }: AppSession): boolean {
  return [...state.all("tokens")].some(({ appSessionId }) => appSessionId === id);
}

function scopesOf(session: AppSession): string[] {
  const scopes = INPUT_SCOPES.flatMap(([noun, clause]) =>
    inputs(session, noun).map((id) => `${clause} ${id}`),
  );
  return [...new Set(scopes)];
}
