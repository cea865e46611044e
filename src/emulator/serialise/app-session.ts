import type { AppSession } from "../state/entities.ts";
import { applicationCompact } from "./application.ts";
import { userCompact } from "./user.ts";
import { type Json, type View, withExtra } from "./view.ts";

export function appSessionCompact(view: View, session: AppSession): Json {
  return withExtra(session, appSessionKeys(view, session));
}

export function appSessionKeys(view: View, session: AppSession): Json {
  return {
    Id: session.id,
    Name: session.name,
    Href: `v1pre3/appsessions/${session.id}`,
    Application: applicationCompact(view, session.applicationId),
    UserCreatedBy: userCompact(view, session.userId),
    Status: session.status,
    QcStatus: session.qcStatus ?? "Undefined",
    StatusSummary: session.statusSummary,
    DateCreated: session.dateCreated,
    ModifiedOn: session.dateModified,
    DateCompleted: session.dateCompleted,
    TotalSize: sessionSize(view, session.id),
  };
}

/** The total size of everything that the session created, in bytes. */
export function sessionSize(view: View, sessionId: string): number {
  const { indexes } = view.state;
  let bytes = 0;
  for (const id of indexes.samplesOfSession(sessionId)) {
    bytes += indexes.totalSize({ noun: "samples", id });
  }
  for (const id of indexes.appResultsOfSession(sessionId)) {
    bytes += indexes.totalSize({ noun: "appresults", id });
  }
  for (const id of indexes.datasetsOfSession(sessionId)) {
    bytes += indexes.totalSize({ noun: "datasets", id });
  }
  return bytes;
}
