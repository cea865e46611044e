import { setTimeout as sleep } from "node:timers/promises";

/** Waits until `work` has ended, however it did, but no longer than `ms` milliseconds. */
export async function endedWithin(work: Promise<unknown> | undefined, ms: number): Promise<void> {
  const limit = new AbortController();
  const timeout = sleep(ms, undefined, { signal: limit.signal }).catch(() => {});
  await Promise.race([work?.catch(() => {}), timeout]);
  limit.abort();
}
