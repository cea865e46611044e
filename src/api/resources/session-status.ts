/** The states of a session, and of its app results. Complete and Aborted are final. */
export const SESSION_STATUSES = [
  "Running",
  "NeedsAttention",
  "TimedOut",
  "Complete",
  "Aborted",
] as const;

/** A status of an app session. */
export type SessionStatus = (typeof SESSION_STATUSES)[number];

const OPEN: ReadonlySet<string> = new Set(["running", "needsattention", "timedout"]);

/** Whether files, results and a new status may still be added to a session, or to a result of it. */
export function canWorkOn({ status }: { readonly status?: string }): boolean {
  return OPEN.has(status?.toLowerCase() ?? "");
}
