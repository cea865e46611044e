import type { Clock } from "../core/clock.ts";

/** Counts the streams that share the memory for read-ahead: those that have read recently. */
export class ActiveStreams {
  readonly #clock: Clock;
  readonly #idleMs: number;
  /** The least recently used stream is first. */
  readonly #seen = new Map<object, number>();

  constructor(clock: Clock, idleMs: number) {
    this.#clock = clock;
    this.#idleMs = idleMs;
  }

  /** Records a read of `stream`; returns the number of active streams. */
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
