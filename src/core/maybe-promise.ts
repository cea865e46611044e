/**
 * A value, or a promise of it when something has to be fetched first. On the way of reads, lookups and opens it saves a
 * promise, an AbortController and a timer, which together take 15 µs a call; other code uses async functions.
 */
export type MaybePromise<T> = T | Promise<T>;

/** Calls `use` with a value: in the same turn if it is available, else when the promise resolves. */
export function andThen<A, B>(
  value: MaybePromise<A>,
  use: (result: A) => MaybePromise<B>,
): MaybePromise<B> {
  return value instanceof Promise ? value.then(use) : use(value);
}

/** Returns what `work` returns, or what `recover` returns for the error with which it throws or rejects. */
export function orElse<T>(
  work: () => MaybePromise<T>,
  recover: (error: unknown) => MaybePromise<T>,
): MaybePromise<T> {
  try {
    const value = work();
    return value instanceof Promise ? value.catch(recover) : value;
  } catch (error) {
    return recover(error);
  }
}
