import type { AppSession } from "../../state/entities.ts";
import { appSessionKeys } from "../app-session.ts";
import { propertiesV1 } from "../properties.ts";
import { referenceList } from "../references.ts";
import { type Json, type View, withExtra } from "../view.ts";

/** `authorizationCode` is only for the app that the session belongs to; for all others it is empty. */
export function appSessionFull(view: View, session: AppSession, authorizationCode = ""): Json {
  const href = `v1pre3/appsessions/${session.id}`;
  return withExtra(session, {
    OriginatingUri: view.webOrigin(),
    References: referenceList(view, session.references),
    AuthorizationCode: authorizationCode,
    HrefLogs: `${href}/filesets/${session.id}`,
    RunningDuration: runningSeconds(session),
    Properties: propertiesV1.container(view, href, session.properties),
    ...appSessionKeys(view, session),
  });
}

function runningSeconds(session: AppSession): number {
  const end = Date.parse(session.dateCompleted ?? session.dateModified);
  return Math.max(0, Math.round((end - Date.parse(session.dateCreated)) / 1000));
}
