interface Waiting {
  readonly bytes: number;
  readonly grant: () => void;
}

/**
 * Limits the bytes that are reserved at the same time. Callers wait in order of arrival until there is room; a
 * reservation larger than the whole budget is granted when nothing else is reserved.
 */
export class ByteBudget {
  readonly #limit: number;
  readonly #waiting = new Set<Waiting>();
  #reservedBytes = 0;

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  /** Runs `work` with `bytes` reserved. Rejects with the signal's reason when it aborts while waiting. */
  async run<T>(bytes: number, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const release = await this.take(bytes, signal);
    try {
      return await work();
    } finally {
      release();
    }
  }

  /**
   * Reserves `bytes`, and returns the function that releases them; further calls of that do nothing. Rejects with the
   * signal's reason when it aborts while waiting.
   */
  async take(bytes: number, signal: AbortSignal): Promise<() => void> {
    await this.#take(bytes, signal);
    let isReserved = true;
    return () => {
      if (!isReserved) return;
      isReserved = false;
      this.#reservedBytes -= bytes;
      this.#admit();
    };
  }

  async #take(bytes: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#waiting.size === 0 && this.#fits(bytes)) {
      this.#reservedBytes += bytes;
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
      this.#reservedBytes += waiting.bytes;
      waiting.grant();
    }
  }

  #fits(bytes: number): boolean {
    return this.#reservedBytes === 0 || this.#reservedBytes + bytes <= this.#limit;
  }
}
