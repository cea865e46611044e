import { abandonOnAbort } from "./abort.ts";

/** Work of one key is done one after another, in order of arrival; that of different keys at the same time. */
export class KeyedQueue {
  readonly #last = new Map<string, Promise<unknown>>();

  /** @throws what `work` throws; the signal's reason when it aborts before the turn has come */
  async run<T>(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    let finish = (): void => {};
    const done = new Promise<void>((resolve) => {
      finish = resolve;
    });
    // A turn that nobody waited for any more does not let others past the one before it.
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
