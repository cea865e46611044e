import { LRUCache } from "lru-cache";
import type { Clock } from "../../core/clock.ts";
import { OAuthProblem } from "./oauth-problem.ts";

const MAX_CODES = 1000;

/** Tells devices that poll too often to slow down while their authorization is pending. */
export class PollLimiter {
  readonly #intervalMs: number;
  readonly #clock: Clock;
  readonly #lastMs = new LRUCache<string, number>({ max: MAX_CODES });

  constructor(intervalMs: number, clock: Clock) {
    this.#intervalMs = intervalMs;
    this.#clock = clock;
  }

  /**
   * Runs `work`. If it is still pending and the last poll with this code was less than half an interval ago,
   * throws `slow_down`. Half, because a device starts to wait before its request arrives.
   */
  async limit<Result>(code: string, work: () => Promise<Result>): Promise<Result> {
    const now = this.#clock.now();
    const last = this.#lastMs.get(code);
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof OAuthProblem) || error.code !== "authorization_pending") throw error;
      this.#lastMs.set(code, now);
      if (last === undefined || now - last >= this.#intervalMs / 2) throw error;
      throw new OAuthProblem("slow_down", "The device polls too often");
    }
  }
}
