interface Waiting {
  readonly bytes: number;
  readonly grant: () => void;
}

/**
 * Memory for what is under way. Who asks waits in order of arrival until there is room; a request larger
 * than the whole budget is granted alone.
 */
export class ByteBudget {
  readonly #limit: number;
  readonly #waiting = new Set<Waiting>();
  #taken = 0;

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  /** Runs `work` with `bytes` taken. Rejects with the signal's reason when it aborts while waiting. */
  async run<T>(bytes: number, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const giveBack = await this.take(bytes, signal);
    try {
      return await work();
    } finally {
      giveBack();
    }
  }

  /**
   * Takes `bytes` until the function that it answers is called; calling it again changes nothing. Rejects with
   * the signal's reason when it aborts while waiting.
   */
  async take(bytes: number, signal: AbortSignal): Promise<() => void> {
    await this.#take(bytes, signal);
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      this.#taken -= bytes;
      this.#admit();
    };
  }

  async #take(bytes: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#waiting.size === 0 && this.#fits(bytes)) {
      this.#taken += bytes;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const waiting = {
        bytes,
        grant: () => {
          signal.removeEventListener("abort", onAbort);
          resolve();
        },
      };
      const onAbort = (): void => {
        this.#waiting.delete(waiting);
        this.#admit();
        reject(signal.reason);
      };
      signal.addEventListener("abort", onAbort, { once: true });
      this.#waiting.add(waiting);
    });
  }

  #admit(): void {
    for (const waiting of this.#waiting) {
      if (!this.#fits(waiting.bytes)) return;
      this.#waiting.delete(waiting);
      this.#taken += waiting.bytes;
      waiting.grant();
    }
  }

  #fits(bytes: number): boolean {
    return this.#taken === 0 || this.#taken + bytes <= this.#limit;
  }
}
