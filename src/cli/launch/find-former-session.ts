import { isEntityId } from "../../api/launch/entity-finder.ts";
import type { AppSessionMetaData } from "../../api/launch/session-metadata.ts";
import type { AppSession } from "../../api/models/models.ts";
import { BsmountError } from "../../core/errors.ts";
import type { Session } from "../../session/session.ts";
import { shownEntity } from "../shown-entity.ts";
import type { App } from "./find-app.ts";

/** A former session that shows which inputs an app takes. */
export interface FormerSession {
  readonly id: string;
  readonly metaData: AppSessionMetaData;
}

interface SearchOptions {
  readonly session: Session;
  readonly signal: AbortSignal;
}

const NEWEST = { sortBy: "DateCreated", sortDir: "Desc" } as const;

/** Among as many of the user's newest sessions one of another version of the app is searched for. */
const SEARCHED = 1000;

/** An app makes sessions without inputs, too; of as many the inputs are read. */
const READ = 5;

/**
 * The session `from`: an Id, a name (the newest one), or a path of an app result that it made.
 * @throws BsmountError `not-found`; `usage` for a session of another app
 */
export async function sessionGiven(
  from: string,
  app: App,
  options: SearchOptions,
): Promise<FormerSession> {
  const id = await sessionId(from, options);
  const { client } = options.session;
  const metaData = await client.appSessions.metaData(id, { signal: options.signal });
  const { appId, appName } = metaData;
  const isOther = appId !== undefined && appId !== app.id && appName !== app.name;
  if (!isOther) return { id, metaData };
  throw new BsmountError(
    "usage",
    `session ${id} is one of the app ${JSON.stringify(appName)} (${appId}), not of ${JSON.stringify(app.name)}`,
  );
}

async function sessionId(from: string, { session, signal }: SearchOptions): Promise<string> {
  const { client } = session;
  if (isEntityId(from)) return from;
  if (from.includes("/")) {
    const entity = await shownEntity(from, { session, signal });
    if (entity?.type !== "appresult") {
      throw new BsmountError("usage", `${from} is no app result`, {
        remedy: "give the session's Id, or the path of an app result that it made",
      });
    }
    const { appSession } = await client.appResults.get(entity.id, { signal });
    if (appSession !== undefined) return appSession.id;
    throw new BsmountError("not-found", `BaseSpace does not say which session made ${from}`);
  }
  const { items } = await client.users.appSessions(NEWEST).page({ limit: SEARCHED }, { signal });
  const found = items.find(({ name }) => name === from);
  if (found !== undefined) return found.id;
  throw new BsmountError("not-found", `no session is called ${JSON.stringify(from)}`, {
    remedy: "give the session's Id",
  });
}

/**
 * The newest session of the app, or else of another version of it, that shows inputs.
 * @throws BsmountError `not-found`
 */
export async function newestSession(
  app: App,
  { session, signal }: SearchOptions,
): Promise<FormerSession> {
  const { users, appSessions } = session.client;
  const ofApp = users.appSessions({ ...NEWEST, appId: app.id });
  let sessions: readonly AppSession[] = (await ofApp.page({ limit: READ }, { signal })).items;
  if (sessions.length === 0) {
    const { items } = await users.appSessions(NEWEST).page({ limit: SEARCHED }, { signal });
    sessions = items.filter(({ applicationName }) => applicationName === app.name).slice(0, READ);
  }
  let newest: FormerSession | undefined;
  for (const { id } of sessions) {
    const metaData = await appSessions.metaData(id, { signal });
    newest ??= { id, metaData };
    if (metaData.launchInputs().properties.length > 0) return { id, metaData };
  }
  if (newest !== undefined) return newest;
  throw new BsmountError(
    "not-found",
    `there is no former session of ${JSON.stringify(app.name)} that shows its inputs`,
    { remedy: "launch it once in BaseSpace, or give a session that others share: --from SESSION" },
  );
}
