import type { BlockMemory } from "./block-store.ts";

/** The pool allocates memory in pieces of this size when it first needs them. */
const CHUNK_BYTES = 16 * 1024 * 1024;

export interface BlockPoolOptions {
  readonly blockBytes: number;
  /** The most blocks; fixed for the life of the pool. */
  readonly capacity: number;
}

/**
 * A fixed number of equal pieces of shared memory. They are taken and returned, and never freed, so that hours of
 * streaming produce neither garbage nor a fragmented heap.
 */
export class BlockPool {
  readonly capacity: number;
  readonly #blockBytes: number;
  /** A stack: the piece returned last is still in the processor's cache, and is taken first. */
  readonly #free: BlockMemory[] = [];
  readonly #taken = new Set<BlockMemory>();
  #made = 0;

  constructor({ blockBytes, capacity }: BlockPoolOptions) {
    this.#blockBytes = blockBytes;
    this.capacity = capacity;
  }

  get free(): number {
    return this.capacity - this.#taken.size;
  }

  /** Undefined when every piece is taken. */
  take(): BlockMemory | undefined {
    if (this.#free.length === 0) this.#grow();
    const memory = this.#free.pop();
    if (memory !== undefined) this.#taken.add(memory);
    return memory;
  }

  /** @throws Error if the memory is not taken: two owners of one block would mix their bytes */
  give(memory: BlockMemory): void {
    if (!this.#taken.delete(memory)) throw new Error("this block's memory was already returned");
    this.#free.push(memory);
  }

  #grow(): void {
    const perChunk = Math.max(1, Math.floor(CHUNK_BYTES / this.#blockBytes));
    const count = Math.min(perChunk, this.capacity - this.#made);
    const chunk = new SharedArrayBuffer(count * this.#blockBytes);
    // In reverse order, because `take` pops: consecutive pieces are then taken in order.
    for (let at = count - 1; at >= 0; at -= 1) {
      this.#free.push({ bytes: new Uint8Array(chunk, at * this.#blockBytes, this.#blockBytes) });
    }
    this.#made += count;
  }
}
