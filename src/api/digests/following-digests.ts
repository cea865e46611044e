import type { FileHandle } from "node:fs/promises";
import { type ByteRange, rangeLength } from "../../core/byte-range.ts";
import { BsmountError } from "../../core/errors.ts";
import type { SharedBuffers } from "../../core/shared-buffers.ts";
import type { RunningDigests } from "./md5-thread.ts";

/** How much is read at a time; about a millisecond and a half of hashing. */
const PIECE_BYTES = 1024 * 1024;

/**
 * Hashes a local file while it is written, in whatever order its parts come: each byte as soon as all bytes before
 * it are there. Bytes are read from the disk, so those of an earlier download count as well.
 */
export class FollowingDigests implements AsyncDisposable {
  readonly #digests: RunningDigests;
  readonly #file: FileHandle;
  readonly #buffers: SharedBuffers;
  /** The ends of the ranges behind the first gap, by their starts. */
  readonly #behindGap = new Map<number, number>();
  /** All bytes before this offset are in the file. */
  #there = 0;
  #digested = 0;
  #running: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;
  #isDisposed = false;

  constructor(digests: RunningDigests, file: FileHandle, buffers: SharedBuffers) {
    this.#digests = digests;
    this.#file = file;
    this.#buffers = buffers;
  }

  /** `range` is in the file and will not change any more. */
  landed({ start, end }: ByteRange): void {
    this.#behindGap.set(start, end);
    for (let next = this.#next(); next !== undefined; next = this.#next()) this.#there = next;
    if (this.#hasWork) this.#running ??= this.#follow();
  }

  /** The digests, once the file is complete. @throws what reading and hashing can throw */
  async end(): Promise<readonly string[]> {
    await this.#running;
    if (this.#failure !== undefined) throw this.#failure.error;
    return await this.#digests.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    await this.#running;
    await this.#digests[Symbol.asyncDispose]();
  }

  get #hasWork(): boolean {
    return this.#digested < this.#there && !this.#isDisposed && this.#failure === undefined;
  }

  #next(): number | undefined {
    const end = this.#behindGap.get(this.#there);
    this.#behindGap.delete(this.#there);
    return end;
  }

  async #follow(): Promise<void> {
    try {
      while (this.#hasWork) {
        const end = Math.min(this.#there, this.#digested + PIECE_BYTES);
        await this.#digest({ start: this.#digested, end });
        this.#digested = end;
      }
    } catch (error) {
      this.#failure = { error };
    } finally {
      this.#running = undefined;
    }
  }

  async #digest(range: ByteRange): Promise<void> {
    await this.#buffers.use(PIECE_BYTES, async (memory) => {
      const bytes = memory.subarray(0, rangeLength(range));
      for (let filled = 0; filled < bytes.length;) {
        const at = range.start + filled;
        const { bytesRead } = await this.#file.read(bytes, filled, bytes.length - filled, at);
        if (bytesRead === 0) throw isShorter();
        filled += bytesRead;
      }
      await this.#digests.add(bytes);
    });
  }
}

function isShorter(): BsmountError {
  const problem = "a file that is being downloaded was cut short by another process";
  return new BsmountError("changed", problem, { remedy: "download it again" });
}
