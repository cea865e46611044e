import { ByteBudget } from "./byte-budget.ts";

/**
 * Memory for bytes on their way up, shared by all uploads and bounded. Memory of megabytes that is used
 * once costs as much as sending it, so what was used is used again for as long as parts go up. It is shared
 * memory: whoever is given it may have another thread look at it.
 */
export class PartMemory {
  readonly #budget: ByteBudget;
  readonly #limitBytes: number;
  #free: SharedArrayBuffer[] = [];
  #inUse = 0;
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
    this.#budget = new ByteBudget(limitBytes);
  }

  /**
   * Runs `work` with `sizeBytes` of memory once there is room. The bytes in it are anybody's. Memory of work
   * that failed is not used again: something may still be reading it.
   */
  async use<T>(
    sizeBytes: number,
    signal: AbortSignal,
    work: (memory: Buffer) => Promise<T>,
  ): Promise<T> {
    return await this.#budget.run(sizeBytes, signal, async () => {
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
    });
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
