import type { Grants } from "../access/grants.ts";
import { badRequestProblem, conflictProblem, noPermissionProblem } from "../http/problem.ts";
import type { AppSession, SessionStatus } from "../state/entities.ts";
import type { Property } from "../state/entity.ts";
import type { State } from "../state/state.ts";
import type { Transaction } from "../state/transaction.ts";
import { storedDate } from "../text/dates.ts";

const STATUSES: readonly SessionStatus[] = [
  "Running",
  "NeedsAttention",
  "TimedOut",
  "Complete",
  "Aborted",
];

/** The upload status that a session's pending datasets get when it ends. */
const UPLOAD_STATUS_AT_END: Readonly<Partial<Record<SessionStatus, string>>> = {
  Complete: "Completed",
  Aborted: "Aborted",
};

/** Normalizes a status that a client sent in any case; undefined for an unknown one. */
function sessionStatus(text: string): SessionStatus | undefined {
  return STATUSES.find((status) => status.toLowerCase() === text.toLowerCase());
}

/** Whether the session has ended; then neither its status nor the files of its results can change. */
export function isTerminal({ status }: AppSession): boolean {
  return status === "Complete" || status === "Aborted";
}

/** Returns the session with a new status and the dates that belong to it. */
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
 * Returns the session with the status that a client requests; an empty status keeps the present one. Only the
 * session's application may change it, and only until it has ended.
 *
 * @throws Problem 400, 403 or 409
 */
export function withRequestedStatus(
  session: AppSession,
  grants: Grants,
  requested: {
    readonly status: string;
    readonly summary: string | undefined;
    readonly nowMs: number;
  },
): AppSession {
  if (session.applicationId !== grants.token.applicationId) {
    throw noPermissionProblem("write", "AppSession");
  }
  const status = requested.status === "" ? session.status : sessionStatus(requested.status);
  if (status === undefined)
    throw badRequestProblem(`${JSON.stringify(requested.status)} is not an AppSession status`);
  if (isTerminal(session)) {
    throw conflictProblem(`AppSession ${session.id} is ${session.status}: its status is final`);
  }
  return withStatus(session, status, requested.summary ?? session.statusSummary, requested.nowMs);
}

/** Stores a session with a new status. When it ends, its pending datasets end too. */
export function putWithDatasets(
  transaction: Transaction,
  { indexes }: State,
  session: AppSession,
): AppSession {
  const uploadStatus = UPLOAD_STATUS_AT_END[session.status];
  if (uploadStatus !== undefined) {
    for (const id of indexes.datasetsOfSession(session.id)) {
      const dataset = transaction.need("datasets", id);
      if (dataset.uploadStatus === "Pending")
        transaction.put("datasets", { ...dataset, uploadStatus });
    }
  }
  return transaction.put("appsessions", session);
}

/** Whether the session created results in the project of that Href. */
export function hasOutput({ properties }: AppSession, projectHref: string): boolean {
  const output = properties.find(({ name }) => name === "Output.Projects");
  return output?.items?.includes(projectHref) ?? false;
}

/** Adds `href` to the session's list property `name` unless it is there, so that the session lists its results. */
export function addOutput(
  transaction: Transaction,
  sessionId: string,
  { name, type, href }: { name: string; type: string; href: string },
): void {
  const session = transaction.need("appsessions", sessionId);
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
  transaction.put("appsessions", { ...session, properties: [...others, property] });
}
