import { setTimeout as delay } from "node:timers/promises";

/** Time as a dependency: whatever decides by age, expiry or delay takes a Clock, so that tests own it. */
export interface Clock {
  /** Milliseconds since 1970, as Date.now(). */
  now(): number;
  /** Settles after `ms`; rejects with the signal's reason as soon as it aborts. */
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
