import { ByteBudget } from "../core/byte-budget.ts";
import { SharedBuffers } from "../core/shared-buffers.ts";

/**
 * Memory for bytes that are being sent, bounded for all uploads together. It is a SharedArrayBuffer, so that other
 * threads can read it.
 */
export class PartMemory {
  readonly #budget: ByteBudget;
  readonly #buffers: SharedBuffers;

  constructor(limitBytes: number) {
    this.#budget = new ByteBudget(limitBytes);
    this.#buffers = new SharedBuffers(limitBytes);
  }

  /** Runs `work` with `sizeBytes` of memory once there is room. It is not zeroed. */
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
