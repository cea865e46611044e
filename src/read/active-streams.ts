import type { Clock } from "../core/clock.ts";

/** How many streams share the memory for reading ahead: those that have read lately. */
export class ActiveStreams {
  readonly #clock: Clock;
  readonly #idleMs: number;
  /** The stream seen longest ago comes first. */
  readonly #seen = new Map<object, number>();

  constructor(clock: Clock, idleMs: number) {
    this.#clock = clock;
    this.#idleMs = idleMs;
  }

  /** Notes that `stream` reads now; answers how many do. */
  touch(stream: object): number {
    const now = this.#clock.now();
    this.#seen.delete(stream);
    this.#seen.set(stream, now);
    for (const [other, seenAt] of this.#seen) {
      if (now - seenAt < this.#idleMs) break;
      this.#seen.delete(other);
    }
    return this.#seen.size;
  }

  forget(stream: object): void {
    this.#seen.delete(stream);
  }
}
