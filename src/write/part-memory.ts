import { ByteBudget } from "../core/byte-budget.ts";
import { SharedBuffers } from "../core/shared-buffers.ts";

/**
 * Memory for bytes on their way up, shared by all uploads and bounded. It is shared memory: whoever is given
 * it may have another thread look at it.
 */
export class PartMemory {
  readonly #budget: ByteBudget;
  readonly #buffers: SharedBuffers;

  constructor(limitBytes: number) {
    this.#budget = new ByteBudget(limitBytes);
    this.#buffers = new SharedBuffers(limitBytes);
  }

  /** Runs `work` with `sizeBytes` of memory once there is room. The bytes in it are anybody's. */
  async use<T>(
    sizeBytes: number,
    signal: AbortSignal,
    work: (memory: Buffer) => Promise<T>,
  ): Promise<T> {
    return await this.#budget.run(
      sizeBytes,
      signal,
      async () => await this.#buffers.use(sizeBytes, work),
    );
  }
}
