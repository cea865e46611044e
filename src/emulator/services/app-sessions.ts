import type { Grants } from "../access/grants.ts";
import { storedDate } from "../text/dates.ts";
import { badRequest, conflict, noPermission } from "../http/problem.ts";
import type { Draft } from "../state/draft.ts";
import type { AppSession, SessionStatus } from "../state/entities.ts";
import type { State } from "../state/state.ts";
import type { Property } from "../state/entity.ts";

const STATUSES: readonly SessionStatus[] = [
  "Running",
  "NeedsAttention",
  "TimedOut",
  "Complete",
  "Aborted",
];

/** What the pending datasets of a session are once it has ended. */
const UPLOADS_AT_END: Readonly<Partial<Record<SessionStatus, string>>> = {
  Complete: "Completed",
  Aborted: "Aborted",
};

/** A status as any client writes it, in the service's form. */
function sessionStatus(text: string): SessionStatus | undefined {
  return STATUSES.find((status) => status.toLowerCase() === text.toLowerCase());
}

/** Terminal: neither its status nor the files of its results change any more. */
export function isTerminal({ status }: AppSession): boolean {
  return status === "Complete" || status === "Aborted";
}

/** The session in its new status; the dates move with it. */
export function withStatus(
  session: AppSession,
  status: SessionStatus,
  statusSummary: string,
  nowMs: number,
): AppSession {
  const date = storedDate(nowMs);
  const changed = { ...session, status, statusSummary, dateModified: date };
  return isTerminal(changed) ? { ...changed, dateCompleted: date } : changed;
}

/**
 * The session as a client wants it. Only the application that owns it may move it, and nobody once it has
 * ended. No status leaves it as it is.
 *
 * @throws Problem 400, 403 or 409
 */
export function changedStatus(
  session: AppSession,
  grants: Grants,
  to: { readonly status: string; readonly summary: string | undefined; readonly nowMs: number },
): AppSession {
  if (session.applicationId !== grants.token.applicationId) {
    throw noPermission("write", "AppSession");
  }
  const status = to.status === "" ? session.status : sessionStatus(to.status);
  if (status === undefined)
    throw badRequest(`${JSON.stringify(to.status)} is no AppSession status`);
  if (isTerminal(session)) {
    throw conflict(`AppSession ${session.id} is ${session.status}: its status is final`);
  }
  return withStatus(session, status, to.summary ?? session.statusSummary, to.nowMs);
}

/** Stores a session in its new status; what it was uploading is settled with its end. */
export function putMoved(draft: Draft, { indexes }: State, session: AppSession): AppSession {
  const uploadStatus = UPLOADS_AT_END[session.status];
  if (uploadStatus !== undefined) {
    for (const id of indexes.datasetsOfSession(session.id)) {
      const dataset = draft.need("datasets", id);
      if (dataset.uploadStatus === "Pending") draft.put("datasets", { ...dataset, uploadStatus });
    }
  }
  return draft.put("appsessions", session);
}

/** Whether the session made something in the project of that Href. */
export function hasOutput({ properties }: AppSession, projectHref: string): boolean {
  const output = properties.find(({ name }) => name === "Output.Projects");
  return output?.items?.includes(projectHref) ?? false;
}

/** Adds `href` to a property of many values, once; the session then tells what came out of it. */
export function addOutput(
  draft: Draft,
  sessionId: string,
  { name, type, href }: { name: string; type: string; href: string },
): void {
  const session = draft.need("appsessions", sessionId);
  const before = session.properties.find((property) => property.name === name);
  const items = before?.items ?? [];
  if (items.includes(href)) return;
  const property: Property = {
    type,
    name,
    description: "",
    items: [...items, href],
    dateModified: session.dateModified,
    userId: session.userId,
    applicationId: session.applicationId,
  };
  const others = session.properties.filter((other) => other !== before);
  draft.put("appsessions", { ...session, properties: [...others, property] });
}
