import type { Clock } from "../core/clock.ts";
import { type FailureReason, reasonOf } from "../core/errors.ts";
import { type FailureMessage, failures } from "../core/telemetry.ts";

/*
 * The kernel asks a failing read twice (read-ahead, then the page) and a stale path twice, and a program
 * that goes on reading fails a thousand times. So the same failure is told once a minute.
 */
const REPEAT_MS = 60_000;
const MAX_REMEMBERED = 1024;

/** Answers that are part of ordinary work: programs probe for names, attributes and permissions. */
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

/** Publishes failures that a user may want to read about, each once. */
export class FailureLog {
  readonly #clock: Clock;
  readonly #told = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  report(failure: FailureMessage): void {
    // access(2) is a question; its answer "no" is no failure.
    if (failure.operation === "access" || ORDINARY.has(reasonOf(failure.error))) return;
    const key = `${failure.operation}\n${failure.path}\n${failure.errno}`;
    const now = this.#clock.now();
    const told = this.#told.get(key);
    if (told !== undefined && now - told < REPEAT_MS) return;
    this.#told.delete(key);
    if (this.#told.size >= MAX_REMEMBERED) this.#forgetOldest();
    this.#told.set(key, now);
    failures.publish(failure);
  }

  #forgetOldest(): void {
    const [oldest] = this.#told.keys();
    if (oldest !== undefined) this.#told.delete(oldest);
  }
}
