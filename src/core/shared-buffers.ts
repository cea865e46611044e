/**
 * Shared memory that is used again. Memory of megabytes that is used once costs as much as sending it, and what is
 * left to the garbage collector is given back late: a long file would take all there is.
 */
export class SharedBuffers {
  readonly #limitBytes: number;
  #free: SharedArrayBuffer[] = [];
  #inUse = 0;
  #bytes = 0;

  /** @param limitBytes nothing is kept for later beyond so much, that in use included */
  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /**
   * Runs `work` with `sizeBytes` of memory, in which there are anybody's bytes. Memory of work that failed is
   * not used again: something may still be reading it.
   */
  async use<T>(sizeBytes: number, work: (memory: Buffer) => Promise<T>): Promise<T> {
    const memory = this.#take(sizeBytes);
    try {
      const result = await work(Buffer.from(memory, 0, sizeBytes));
      this.#free.push(memory);
      return result;
    } catch (error) {
      this.#bytes -= memory.byteLength;
      throw error;
    } finally {
      this.#inUse -= 1;
      if (this.#inUse === 0) this.#dropFree();
    }
  }

  #take(sizeBytes: number): SharedArrayBuffer {
    this.#inUse += 1;
    const at = this.#free.findIndex(({ byteLength }) => byteLength === sizeBytes);
    const [known] = at === -1 ? [] : this.#free.splice(at, 1);
    if (known !== undefined) return known;
    // Of another length than what is free: that would only take room.
    if (this.#bytes + sizeBytes > this.#limitBytes) this.#dropFree();
    this.#bytes += sizeBytes;
    return new SharedArrayBuffer(sizeBytes);
  }

  #dropFree(): void {
    for (const { byteLength } of this.#free) this.#bytes -= byteLength;
    this.#free = [];
  }
}
