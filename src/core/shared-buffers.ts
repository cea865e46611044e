import { countAsGarbage } from "./shared-memory.ts";

/** Buffer lengths per doubling, so that at most a quarter of a buffer is unused. */
const LENGTHS_PER_DOUBLING = 4;

/** Disposing it discards the memory, since something may still be reading it, unless {@link giveBack} was called. */
export interface BorrowedMemory extends Disposable {
  readonly bytes: Buffer;
  /** Makes the memory available to others. */
  giveBack(): void;
}

/**
 * A pool of shared memory. Only the garbage collector frees shared memory, at some time, and a new megabyte costs as
 * much as sending it, so unused buffers are kept up to a limit.
 *
 * Buffers have few different lengths, and a longer one is used for a smaller request, so that after a while there is
 * one for every size. Beyond the limit, the least recently used buffers are dropped.
 */
export class SharedBuffers {
  readonly #keptBytes: number;
  /** Least recently used first. */
  readonly #free: SharedArrayBuffer[] = [];
  /** The bytes of all buffers, in use and free. */
  #bytes = 0;

  /**
   * @param limitBytes - the expected maximum of bytes in use at the same time. The pool keeps a quarter more, because
   * buffers are longer than requested. More is allocated when needed, and not kept.
   */
  constructor(limitBytes: number) {
    this.#keptBytes = limitBytes * (1 + 1 / LENGTHS_PER_DOUBLING);
  }

  /**
   * Runs `work` with `sizeBytes` of memory, which is not zeroed, and exclusive until `work` has ended. Memory of failed
   * work is discarded, since something may still be reading it.
   */
  async use<T>(sizeBytes: number, work: (memory: Buffer) => Promise<T>): Promise<T> {
    using memory = this.borrow(sizeBytes);
    const result = await work(memory.bytes);
    memory.giveBack();
    return result;
  }

  /** Like {@link use}, for work that ends elsewhere: the memory is the caller's until it is given back or disposed. */
  borrow(sizeBytes: number): BorrowedMemory {
    const memory = this.#take(sizeBytes);
    let isOpen = true;
    const end = (onEnd: () => void): void => {
      if (isOpen) onEnd();
      isOpen = false;
    };
    return {
      bytes: Buffer.from(memory, 0, sizeBytes),
      giveBack: () =>
        end(() => {
          this.#free.push(memory);
          this.#makeRoom(0);
        }),
      [Symbol.dispose]: () => end(() => this.#drop(memory)),
    };
  }

  #take(sizeBytes: number): SharedArrayBuffer {
    const index = this.#bestFit(sizeBytes);
    const [reused] = index === undefined ? [] : this.#free.splice(index, 1);
    if (reused !== undefined) return reused;
    const length = bufferLength(sizeBytes);
    // All free buffers are too short, so they are dropped rather than the new one later.
    this.#makeRoom(length);
    this.#bytes += length;
    return new SharedArrayBuffer(length);
  }

  /** The index of the shortest free buffer that is long enough; of several, the most recently used. */
  #bestFit(sizeBytes: number): number | undefined {
    let best: number | undefined;
    let bestBytes = Number.POSITIVE_INFINITY;
    for (const [index, { byteLength }] of this.#free.entries()) {
      if (byteLength < sizeBytes || byteLength > bestBytes) continue;
      best = index;
      bestBytes = byteLength;
    }
    return best;
  }

  /** Drops free buffers until there is room for `wantedBytes` more. */
  #makeRoom(wantedBytes: number): void {
    while (this.#bytes + wantedBytes > this.#keptBytes) {
      const oldest = this.#free.shift();
      if (oldest === undefined) return;
      this.#drop(oldest);
    }
  }

  #drop(memory: SharedArrayBuffer): void {
    this.#bytes -= memory.byteLength;
    countAsGarbage(memory, memory.byteLength);
  }
}

/** The shortest length of a buffer that holds `sizeBytes`. */
function bufferLength(sizeBytes: number): number {
  if (sizeBytes <= LENGTHS_PER_DOUBLING) return sizeBytes;
  const step = 2 ** Math.floor(Math.log2(sizeBytes)) / LENGTHS_PER_DOUBLING;
  return Math.ceil(sizeBytes / step) * step;
}
