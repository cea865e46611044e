import { setTimeout as delay } from "node:timers/promises";

/** Time as a dependency, so that tests control what depends on age, expiry or delay. */
export interface Clock {
  /** Milliseconds since 1970, as Date.now(). */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    try {
      await delay(ms, undefined, { signal });
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    }
  },
};
