import { Readable } from "node:stream";
import { abandonOnAbort } from "../../core/abort.ts";
import { BsmountError } from "../../core/errors.ts";

/**
 * Reads a stream in pieces of chosen lengths. The stream is closed however the reading ends; a stream that stalls is
 * not waited for longer than the signal allows.
 */
export class PieceReader implements AsyncDisposable {
  readonly #stream: AsyncIterable<Uint8Array>;
  readonly #pieces: AsyncIterator<Uint8Array>;
  readonly #signal: AbortSignal;
  /** The rest of the last piece. */
  #rest: Uint8Array = new Uint8Array();
  #isAtEnd = false;
  #isWaiting = false;

  constructor(stream: AsyncIterable<Uint8Array>, signal: AbortSignal) {
    this.#stream = stream;
    this.#pieces = stream[Symbol.asyncIterator]();
    this.#signal = signal;
  }

  /** Fills `memory` from its beginning and returns what was filled: less only at the end of the stream. */
  async fill(memory: Uint8Array): Promise<Uint8Array> {
    let filled = 0;
    while (filled < memory.length && !(await this.isAtEnd())) {
      // Copied, as the stream may reuse its memory.
      const taken = this.#rest.subarray(0, memory.length - filled);
      memory.set(taken, filled);
      filled += taken.length;
      this.#rest = this.#rest.subarray(taken.length);
    }
    return memory.subarray(0, filled);
  }

  /** Waits for the next byte, or the end. @throws what the stream throws; the signal's reason */
  async isAtEnd(): Promise<boolean> {
    while (this.#rest.length === 0 && !this.#isAtEnd) {
      this.#isWaiting = true;
      const next = await abandonOnAbort(this.#pieces.next(), this.#signal);
      this.#isWaiting = false;
      if (next.done === true) this.#isAtEnd = true;
      else this.#rest = checked(next.value);
    }
    return this.#rest.length === 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#stream instanceof Readable) this.#stream.destroy();
    if (this.#isAtEnd) return;
    const closed = Promise.resolve(this.#pieces.return?.()).catch(() => {});
    // A stalled generator ends only when its next piece comes, which may be never.
    if (!this.#isWaiting) await closed;
  }
}

function checked(piece: unknown): Uint8Array {
  if (piece instanceof Uint8Array) return piece;
  throw new BsmountError("usage", `a stream to upload gives ${typeof piece}s, not bytes`, {
    remedy: "leave its encoding away",
  });
}
