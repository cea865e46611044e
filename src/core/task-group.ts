/**
 * Owns background work: nothing floats. Closing aborts what is running and waits until all of it has
 * ended. A task's failure goes to `onError`, never to an unhandled rejection.
 */
export class TaskGroup implements AsyncDisposable {
  readonly #controller = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void = () => {}) {
    this.#onError = onError;
  }

  /** Aborts when the group closes. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get size(): number {
    return this.#running.size;
  }

  /** Starts `task`; a task that ends because the group closes is not an error. */
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

  /** Waits until everything that is running now, and what it starts, has ended. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#controller.abort(new DOMException("closing", "AbortError"));
    await this.idle();
  }
}
