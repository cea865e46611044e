/** What a status means to somebody who waits for the end. */
export type Outcome = "waiting" | "complete" | "failed";

/**
 * Statuses after which nothing happens by itself, in lower case. A session or a run that needs attention waits for a
 * person.
 */
const FAILED: ReadonlySet<string> = new Set([
  "aborted",
  "failed",
  "needsattention",
  "stopped",
  "timedout",
]);

/** A status that is not known here may be followed by others. */
export function outcomeOf(status: string): Outcome {
  const known = status.toLowerCase();
  if (known === "complete") return "complete";
  return FAILED.has(known) ? "failed" : "waiting";
}
