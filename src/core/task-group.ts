import { setMaxListeners } from "node:events";

/**
 * Owns background tasks. Disposing aborts the running ones and waits until they have ended. `onError` receives the
 * failure of a task, which never becomes an unhandled rejection.
 */
export class TaskGroup implements AsyncDisposable {
  readonly #controller = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void = () => {}) {
    this.#onError = onError;
    // Every task that waits has a listener on it, so a large number of listeners is no leak.
    setMaxListeners(0, this.#controller.signal);
  }

  /** Aborts when the group is disposed. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get size(): number {
    return this.#running.size;
  }

  /** Starts `task`; a failure because the group is disposed is no error. */
  start(task: (signal: AbortSignal) => Promise<void>): void {
    if (this.signal.aborted) return;
    const running = this.#run(task).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #run(task: (signal: AbortSignal) => Promise<void>): Promise<void> {
    try {
      await task(this.signal);
    } catch (error) {
      if (!this.signal.aborted) this.#onError(error);
    }
  }

  /** Waits until all running tasks, and those that they start, have ended. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#controller.abort(new DOMException("closing", "AbortError"));
    await this.idle();
  }
}
