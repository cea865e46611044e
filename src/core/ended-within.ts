import { setTimeout as sleep } from "node:timers/promises";

/** Waits until `work` has ended, however it did, but no longer than `ms` milliseconds. Returns whether it has. */
export async function endedWithin(
  work: Promise<unknown> | undefined,
  ms: number,
): Promise<boolean> {
  const limit = new AbortController();
  const timeout = sleep(ms, undefined, { signal: limit.signal }).catch(() => {});
  const ended = work?.then(
    () => true,
    () => true,
  );
  const hasEnded = await Promise.race([ended ?? true, timeout.then(() => false)]);
  limit.abort();
  return hasEnded;
}
