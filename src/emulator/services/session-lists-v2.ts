import type { ApiCall } from "../access/api-call.ts";
import { byId, byText, type Sorts } from "../http/paging.ts";
import type { Query } from "../http/query.ts";
import { sessionSize } from "../serialise/app-session.ts";
import { familySlug } from "../serialise/application.ts";
import type { View } from "../serialise/view.ts";
import type { Application, AppSession } from "../state/entities.ts";
import { hasOutput } from "./app-sessions.ts";
import { inputs } from "./dataset-filter.ts";

/** What the query of v2's session list lets through, of what the caller may see. */
export function sessionFilterV2(
  view: View,
  { query, guard, grants }: ApiCall,
): (session: AppSession) => boolean {
  const ownOnly = query.get("ownedByCurrentUser")?.toLowerCase() === "true";
  return (session) =>
    session.removed !== true &&
    (!ownOnly || session.userId === grants.userId) &&
    hasState(view, query, session) &&
    touches(query, session) &&
    guard.maySession("browse", session);
}

function hasState(view: View, query: Query, session: AppSession): boolean {
  const { qcStatus = "Undefined", deliveryStatus = "None" } = session;
  return (
    isNamed(session, query.get("name")) &&
    query.allows("appId", session.applicationId) &&
    query.allows("applicationFamilySlugs", familySlug(applicationOf(view, session))) &&
    query.allows("executionStatus", session.status) &&
    query.allows("qcStatus", qcStatus) &&
    query.allows("deliveryStatus", deliveryStatus) &&
    query.allows("userCreatedBy", session.userId)
  );
}

/** What went in and where the results went. */
function touches(query: Query, session: AppSession): boolean {
  const projects = query.list("output.projects").map((id) => `v1pre3/projects/${id}`);
  return (
    (projects.length === 0 || projects.some((href) => hasOutput(session, href))) &&
    meets(query.list("input.runs"), session, "runs") &&
    meets(query.list("input.biosamples"), session, "biosamples")
  );
}

export function sessionSorts(view: View): Sorts<AppSession> {
  return {
    Id: byId,
    Name: byText((session) => session.name),
    AppId: byText((session) => session.applicationId),
    ExecutionStatus: byText((session) => session.status),
    ModifiedOn: byText((session) => session.dateModified),
    DateCreated: byText((session) => session.dateCreated),
    AppName: byText((session) => applicationOf(view, session).name),
    TotalSize: (a, b) => sessionSize(view, a.id) - sessionSize(view, b.id),
    QcStatus: byText((session) => session.qcStatus ?? "Undefined"),
    DeliveryStatus: byText((session) => session.deliveryStatus ?? "None"),
  };
}

function applicationOf({ state }: View, session: AppSession): Application {
  return state.need("applications", session.applicationId);
}

/** A name may hold commas, so it is one whole value. */
function isNamed({ name }: AppSession, wanted: string | undefined): boolean {
  return wanted === undefined || name.toLowerCase() === wanted.toLowerCase();
}

function meets(wanted: readonly string[], session: AppSession, noun: string): boolean {
  return wanted.length === 0 || inputs(session, noun).some((id) => wanted.includes(id));
}
