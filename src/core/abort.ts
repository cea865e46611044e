import { setMaxListeners } from "node:events";

/** A signal that never aborts, for calls without a caller who could give up. */
export const neverAborted: AbortSignal = new AbortController().signal;
// Whoever waits on it adds a listener and removes it again; many at a time are no leak.
setMaxListeners(0, neverAborted);

/**
 * Waits for `work`, but no longer than until `signal` aborts; then rejects with the signal's reason.
 * The work itself goes on: it must belong to somebody else who waits for it.
 */
export async function abandonOnAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  // What is abandoned may fail later, when nobody listens.
  work.catch(() => {});
  signal.throwIfAborted();
  const { promise: aborted, reject } = withRejector();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function withRejector(): { promise: Promise<never>; reject: (reason: unknown) => void } {
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<never>((_resolve, rejectPromise) => {
    reject = rejectPromise;
  });
  promise.catch(() => {});
  return { promise, reject };
}
