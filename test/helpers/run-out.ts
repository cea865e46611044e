import { setImmediate as turn } from "node:timers/promises";
import type { FakeClock } from "./fake-clock.ts";

/**
 * Advances the clock, whenever something sleeps on it, until `work` has settled; what happens between two sleeps
 * takes its real time. Returns the time that passed on the clock, in milliseconds.
 */
export async function runOut(
  clock: FakeClock,
  work: Promise<unknown>,
  stepMs = 250,
): Promise<number> {
  const startedAt = clock.now();
  const waiting = { isSettled: false };
  const settled = work.then(
    () => (waiting.isSettled = true),
    () => (waiting.isSettled = true),
  );
  while (!waiting.isSettled) {
    await turn();
    if (clock.sleeping > 0) clock.advance(stepMs);
  }
  await settled;
  return clock.now() - startedAt;
}
