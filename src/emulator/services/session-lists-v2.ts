import type { ApiCall } from "../access/api-call.ts";
import { byId, byText, type Sorts } from "../http/paging.ts";
import type { Query } from "../http/query.ts";
import { sessionSize } from "../serialise/app-session.ts";
import { familySlug } from "../serialise/application.ts";
import type { View } from "../serialise/view.ts";
import type { Application, AppSession } from "../state/entities.ts";
import { hasOutput } from "./app-sessions.ts";
import { inputIds } from "./dataset-filter.ts";

/** The filter of v2's session list, including what the caller may see. */
export function sessionFilterV2(
  view: View,
  { query, guard, grants }: ApiCall,
): (session: AppSession) => boolean {
  const ownOnly = query.get("ownedByCurrentUser")?.toLowerCase() === "true";
  return (session) =>
    session.removed !== true &&
    (!ownOnly || session.userId === grants.userId) &&
    matchesState(view, query, session) &&
    matchesInputsAndOutputs(query, session) &&
    guard.mayAccessSession("browse", session);
}

function matchesState(view: View, query: Query, session: AppSession): boolean {
  const { qcStatus = "Undefined", deliveryStatus = "None" } = session;
  return (
    hasName(session, query.get("name")) &&
    query.allows("appId", session.applicationId) &&
    query.allows("applicationFamilySlugs", familySlug(applicationOf(view, session))) &&
    query.allows("executionStatus", session.status) &&
    query.allows("qcStatus", qcStatus) &&
    query.allows("deliveryStatus", deliveryStatus) &&
    query.allows("userCreatedBy", session.userId)
  );
}

/** Compares the session's inputs and the projects of its results with the query. */
function matchesInputsAndOutputs(query: Query, session: AppSession): boolean {
  const projects = query.list("output.projects").map((id) => `v1pre3/projects/${id}`);
  return (
    (projects.length === 0 || projects.some((href) => hasOutput(session, href))) &&
    hasAnyInput(query.list("input.runs"), session, "runs") &&
    hasAnyInput(query.list("input.biosamples"), session, "biosamples")
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

/** A name can contain commas, so the filter is one value and not a list. */
function hasName({ name }: AppSession, wanted: string | undefined): boolean {
  return wanted === undefined || name.toLowerCase() === wanted.toLowerCase();
}

function hasAnyInput(wanted: readonly string[], session: AppSession, noun: string): boolean {
  return wanted.length === 0 || inputIds(session, noun).some((id) => wanted.includes(id));
}
