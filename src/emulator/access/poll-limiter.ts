import type { Clock } from "../../core/clock.ts";
import { OAuthProblem } from "./oauth-problem.ts";

const MAX_REMEMBERED = 1000;

/** Tells devices that ask for their token too often to slow down, as long as there is none for them. */
export class PollPace {
  readonly #intervalMs: number;
  readonly #clock: Clock;
  readonly #lastMs = new Map<string, number>();

  constructor(intervalMs: number, clock: Clock) {
    this.#intervalMs = intervalMs;
    this.#clock = clock;
  }

  /**
   * Runs `work`; where that is still pending and the last question under this code is less than half an
   * interval ago, refuses with `slow_down`. Half, because a device's wait begins before its question arrives.
   */
  async keep<Result>(code: string, work: () => Promise<Result>): Promise<Result> {
    const now = this.#clock.now();
    const last = this.#lastMs.get(code);
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof OAuthProblem) || error.code !== "authorization_pending") throw error;
      this.#remember(code, now);
      if (last === undefined || now - last >= this.#intervalMs / 2) throw error;
      throw new OAuthProblem("slow_down", "The device asks too often");
    }
  }

  #remember(code: string, now: number): void {
    this.#lastMs.delete(code);
    this.#lastMs.set(code, now);
    if (this.#lastMs.size <= MAX_REMEMBERED) return;
    const [oldest] = this.#lastMs.keys();
    if (oldest !== undefined) this.#lastMs.delete(oldest);
  }
}
