import type { Clock } from "../../core/clock.ts";

/**
 * How long a call is retried after its first failure, in milliseconds: a countdown. `retry-delay.ts` decides when the
 * next attempt starts, `../settings.ts` has the figures.
 */
export class Patience {
  readonly #clock: Clock;
  readonly #totalMs: number;
  #startedAt: number | undefined;

  constructor(clock: Clock, totalMs: number) {
    this.#clock = clock;
    this.#totalMs = totalMs;
  }

  /** The call failed. Only the first failure counts. */
  start(): void {
    this.#startedAt ??= this.#clock.now();
  }

  /** 0 when the patience is used up. */
  get leftMs(): number {
    if (this.#startedAt === undefined) return this.#totalMs;
    return Math.max(0, this.#totalMs - (this.#clock.now() - this.#startedAt));
  }
}
