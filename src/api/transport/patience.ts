import type { Clock } from "../../core/clock.ts";

/** How long a call goes on after its first failure, in milliseconds. */
export class Patience {
  readonly #clock: Clock;
  readonly #totalMs: number;
  #startedAt: number | undefined;

  constructor(clock: Clock, totalMs: number) {
    this.#clock = clock;
    this.#totalMs = totalMs;
  }

  /** The call has failed; only the first failure counts. */
  start(): void {
    this.#startedAt ??= this.#clock.now();
  }

  /** 0 when it is used up. */
  get leftMs(): number {
    if (this.#startedAt === undefined) return this.#totalMs;
    return Math.max(0, this.#totalMs - (this.#clock.now() - this.#startedAt));
  }
}
