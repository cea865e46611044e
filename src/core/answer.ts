/**
 * A value, or a promise of it when something has to be fetched first. On the way of reads, lookups and opens it saves a
 * promise, an AbortController and a timer, which together take 15 µs a call; other code uses async functions.
 */
export type Answer<T> = T | Promise<T>;

/** Calls `use` with a value: in the same turn if it is available, else when the promise resolves. */
export function andThen<A, B>(answer: Answer<A>, use: (value: A) => Answer<B>): Answer<B> {
  return answer instanceof Promise ? answer.then(use) : use(answer);
}

/** Returns what `work` returns, or what `recover` returns for the error with which it throws or rejects. */
export function orElse<T>(
  work: () => Answer<T>,
  recover: (error: unknown) => Answer<T>,
): Answer<T> {
  try {
    const answer = work();
    return answer instanceof Promise ? answer.catch(recover) : answer;
  } catch (error) {
    return recover(error);
  }
}
