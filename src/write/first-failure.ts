/**
 * The first failed change of a file. A program that goes on after a failure would leave a file that lacks bytes, and
 * nobody would know; so every later operation on the file fails in the same way, until it is emptied.
 */
export class FirstFailure {
  #error: Error | undefined;

  /** Undefined when no change failed. */
  get error(): Error | undefined {
    return this.#error;
  }

  /** @throws the first failure, if any */
  check(): void {
    if (this.#error !== undefined) throw this.#error;
  }

  /** Makes a change, unless an earlier one failed. */
  async guard<T>(change: () => Promise<T>): Promise<T> {
    this.check();
    return await this.watch(change);
  }

  /** Makes a change, whatever happened before. */
  async watch<T>(change: () => Promise<T>): Promise<T> {
    try {
      return await change();
    } catch (error) {
      this.#error ??= error instanceof Error ? error : new Error(String(error));
      throw error;
    }
  }

  /** The file was emptied: it lacks nothing. */
  clear(): void {
    this.#error = undefined;
  }
}
