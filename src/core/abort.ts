import { setMaxListeners } from "node:events";

/** A signal that never aborts, for calls that nobody can cancel. */
export const neverAborted: AbortSignal = new AbortController().signal;
// Every waiting call has a listener on it, so a large number of listeners is no leak.
setMaxListeners(0, neverAborted);

/**
 * Waits for `work` until `signal` aborts, and then rejects with the signal's reason. The work itself continues, so
 * somebody else has to wait for its end.
 */
export async function abandonOnAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  // Abandoned work may reject later, without a listener.
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
