/** An answer that is there at once when nothing has to be fetched: who waits for it saves a turn. */
export type Answer<T> = T | Promise<T>;

/** `use` made of the answer: in the same turn when it is there already, else when it comes. */
export function andThen<A, B>(answer: Answer<A>, use: (value: A) => Answer<B>): Answer<B> {
  return answer instanceof Promise ? answer.then(use) : use(answer);
}

/** What `work` answers, or what `recover` makes of the error that it throws or rejects with. */
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
