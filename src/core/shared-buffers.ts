import { countAsGarbage } from "./shared-memory.ts";

/** Lengths between a power of two and the next one, so that at most a quarter of a buffer is of no use. */
const LENGTHS_PER_DOUBLING = 4;

/** Disposing of it has it not used again, for something may still be reading it; not after {@link giveBack}. */
export interface HeldMemory extends Disposable {
  readonly bytes: Buffer;
  /** Others may have it. */
  giveBack(): void;
}

/**
 * Shared memory that is used again. Only the garbage collector frees shared memory, in its own time, and every new
 * megabyte costs as much as sending it: so what was used is kept, up to a limit, also while nobody needs it.
 *
 * Buffers have few different lengths, and a longer one will do: however the sizes that are asked for vary, after a
 * while there is a buffer for each. Over the limit, the one that was not used for the longest time goes.
 */
export class SharedBuffers {
  readonly #keptBytes: number;
  /** The one that was used last comes last. */
  readonly #free: SharedArrayBuffer[] = [];
  /** Of all buffers, in use and free. */
  #bytes = 0;

  /**
   * @param limitBytes asked for at the same time, at most; buffers of so many bytes are kept, and a quarter more,
   * for they are longer than what is asked for. More than that is given when it is needed, and not kept.
   */
  constructor(limitBytes: number) {
    this.#keptBytes = limitBytes * (1 + 1 / LENGTHS_PER_DOUBLING);
  }

  /**
   * Runs `work` with `sizeBytes` of memory, in which there are anybody's bytes, and which nobody else has until
   * `work` has ended. Memory of work that failed is not used again: something may still be reading it.
   */
  async use<T>(sizeBytes: number, work: (memory: Buffer) => Promise<T>): Promise<T> {
    using held = this.hold(sizeBytes);
    const result = await work(held.bytes);
    held.giveBack();
    return result;
  }

  /** The same for who does not end where it began: the memory is the caller's until it is given back or disposed of. */
  hold(sizeBytes: number): HeldMemory {
    const memory = this.#take(sizeBytes);
    let isHeld = true;
    const end = (onEnd: () => void): void => {
      if (isHeld) onEnd();
      isHeld = false;
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
    const at = this.#bestFit(sizeBytes);
    const [known] = at === undefined ? [] : this.#free.splice(at, 1);
    if (known !== undefined) return known;
    const length = bufferLength(sizeBytes);
    // All that is free is too short: rather that goes than what is made for this.
    this.#makeRoom(length);
    this.#bytes += length;
    return new SharedArrayBuffer(length);
  }

  /** Where the shortest free buffer is that is long enough, the last used one of several. */
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

  /** Lets free buffers go until there is room for `wantedBytes` more. */
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
