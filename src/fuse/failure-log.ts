import { LRUCache } from "lru-cache";
import type { Clock } from "../core/clock.ts";
import { type FailureReason, reasonOf } from "../core/errors.ts";
import { type FailureMessage, failures } from "../core/telemetry.ts";

/*
 * The kernel repeats a failing read (read-ahead, then the page) and an operation on a stale path, and a program that
 * keeps reading fails a thousand times. So the same failure is published once a minute.
 */
const REPEAT_MS = 60_000;
const MAX_REMEMBERED = 1024;

/** Failures of ordinary work: programs probe for names, attributes and permissions. */
const ORDINARY: ReadonlySet<FailureReason> = new Set([
  "not-found",
  "exists",
  "not-a-directory",
  "is-a-directory",
  "not-empty",
  "name-too-long",
  "no-attribute",
  "not-supported",
  "not-utf8",
  "bad-handle",
  "invalid",
]);

/** Publishes failures that a user may want to read about, each at most once a minute. */
export class FailureLog {
  readonly #clock: Clock;
  /** When each failure was published. */
  readonly #publishedMs = new LRUCache<string, number>({ max: MAX_REMEMBERED });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  report(failure: FailureMessage): void {
    // access(2) asks a question; a refusal is not a failure.
    if (failure.operation === "access" || ORDINARY.has(reasonOf(failure.error))) return;
    const key = `${failure.operation}\n${failure.path}\n${failure.errno}`;
    const now = this.#clock.now();
    const publishedMs = this.#publishedMs.get(key);
    if (publishedMs !== undefined && now - publishedMs < REPEAT_MS) return;
    this.#publishedMs.set(key, now);
    failures.publish(failure);
  }
}
