import { abandonOnAbort } from "./abort.ts";

/** Runs work with the same key one after another, in order of arrival, and work with different keys concurrently. */
export class KeyedQueue {
  readonly #last = new Map<string, Promise<unknown>>();

  /** @throws what `work` throws; the signal's reason when it aborts before the work has begun */
  async run<T>(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    let finish = (): void => {};
    const done = new Promise<void>((resolve) => {
      finish = resolve;
    });
    // An aborted turn must not let later ones overtake the one before it.
    const turn = Promise.all([before, done]);
    this.#last.set(key, turn);
    try {
      if (before !== undefined) await abandonOnAbort(before, signal);
      return await work();
    } finally {
      finish();
      if (this.#last.get(key) === turn) this.#last.delete(key);
    }
  }
}
