import { setImmediate } from "node:timers/promises";

/** How long a search may block the event loop at a time. */
const SLICE_MS = 4;

/** As Array.find; other work is done in between. */
export async function findInSlices<T>(
  items: readonly T[],
  isIt: (item: T) => boolean,
): Promise<T | undefined> {
  let sliceEnd = performance.now() + SLICE_MS;
  for (const item of items) {
    if (isIt(item)) return item;
    if (performance.now() < sliceEnd) continue;
    await setImmediate();
    sliceEnd = performance.now() + SLICE_MS;
  }
  return undefined;
}
