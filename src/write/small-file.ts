import { BsmountError } from "../core/errors.ts";
import type { StagingBytes } from "./staging-bytes.ts";
import { StagingFile, type StagingFileOptions } from "./staging-file.ts";
import type { StagingMemory } from "./staging-memory.ts";
import { StagingQuota } from "./staging-quota.ts";

/** A file that becomes larger is on the disk from then on. */
export const MOST_SMALL_BYTES = 256 * 1024;

const FIRST_CAPACITY = 4096;

export interface SmallFileOptions extends StagingFileOptions {
  readonly memory: StagingMemory;
  /** Called when it has a name in its folder that a power cut could take. */
  readonly onCreated: () => void;
}

/**
 * A staged file whose bytes stay in memory until they have to survive the end of the process, or become too many: most
 * small files are in BaseSpace before that, and never touch the disk.
 */
export class SmallFile implements StagingBytes {
  readonly path: string;
  readonly #memory: StagingMemory;
  readonly #quota: StagingQuota;
  #onClosed: () => void;
  readonly #onCreated: () => void;
  /** Its capacity is taken from `memory`. */
  #buffer = Buffer.alloc(0);
  #sizeBytes = 0;
  #file: StagingFile | undefined;
  #staging: Promise<void> | undefined;
  #isClosed = false;

  constructor(path: string, { memory, quota, onClosed, onCreated }: SmallFileOptions) {
    this.path = path;
    this.#memory = memory;
    this.#quota = quota ?? new StagingQuota();
    this.#onClosed = onClosed ?? (() => {});
    this.#onCreated = onCreated;
  }

  get sizeBytes(): number {
    return this.#file?.sizeBytes ?? this.#sizeBytes;
  }

  get memoryBytes(): number {
    return this.#buffer.length;
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    const end = offset + bytes.length;
    const onDisk = async (file: StagingFile): Promise<void> => await file.write(offset, bytes);
    await this.#change(end, onDisk, () => {
      if (end > this.#sizeBytes) this.#resize(end);
      this.#buffer.set(bytes, offset);
    });
  }

  async read(offset: number, into: Uint8Array): Promise<number> {
    if (this.#file !== undefined) return await this.#file.read(offset, into);
    if (this.#isClosed) throw closedError(this.path);
    const end = Math.min(this.#sizeBytes, offset + into.length);
    into.set(this.#buffer.subarray(Math.min(offset, end), end));
    return Math.max(0, end - offset);
  }

  async truncate(sizeBytes: number): Promise<void> {
    const onDisk = async (file: StagingFile): Promise<void> => await file.truncate(sizeBytes);
    await this.#change(sizeBytes, onDisk, () => {
      this.#buffer.fill(0, Math.min(sizeBytes, this.#sizeBytes), this.#sizeBytes);
      this.#resize(sizeBytes);
    });
  }

  async stage(): Promise<void> {
    if (this.#file !== undefined || this.#isClosed) return;
    this.#staging ??= this.#stage().finally(() => {
      this.#staging = undefined;
    });
    await this.#staging;
  }

  async sync(): Promise<void> {
    await this.stage();
    await this.#opened().sync();
  }

  async discard(): Promise<void> {
    await this.#end(async (file) => await file.discard());
  }

  /** As {@link discard}, without calling `onClosed`: for a file that was never handed out. */
  async abandon(): Promise<void> {
    this.#onClosed = () => {};
    await this.discard();
  }

  /** What is in memory only is lost. */
  async close(): Promise<void> {
    await this.#end(async (file) => await file.close());
  }

  /**
   * Changes it on the disk, when it is there, or has to be for `endBytes`; otherwise in memory, in the turn that has found
   * that nothing is putting it on the disk: such a change would be lost.
   */
  async #change(
    endBytes: number,
    onDisk: (file: StagingFile) => Promise<void>,
    inMemory: () => void,
  ): Promise<void> {
    for (;;) {
      while (this.#staging !== undefined) await this.#staging.catch(() => {});
      if (this.#isClosed) throw closedError(this.path);
      if (this.#file !== undefined) return await onDisk(this.#file);
      if (this.#growTo(endBytes)) return inMemory();
      await this.stage();
    }
  }

  /** Returns whether the memory now has room for `endBytes`. */
  #growTo(endBytes: number): boolean {
    if (endBytes <= this.#buffer.length) return true;
    if (endBytes > MOST_SMALL_BYTES) return false;
    let capacity = Math.max(FIRST_CAPACITY, this.#buffer.length);
    while (capacity < endBytes) capacity *= 2;
    if (!this.#memory.take(capacity - this.#buffer.length)) return false;
    const grown = Buffer.alloc(capacity);
    grown.set(this.#buffer.subarray(0, this.#sizeBytes));
    this.#buffer = grown;
    return true;
  }

  /** @throws BsmountError `no-space` when the quota has no room */
  #resize(sizeBytes: number): void {
    const more = sizeBytes - this.#sizeBytes;
    if (more > 0) this.#quota.take(more);
    else this.#quota.give(-more);
    this.#sizeBytes = sizeBytes;
  }

  async #stage(): Promise<void> {
    const bytes = this.#buffer.subarray(0, this.#sizeBytes);
    const file = await StagingFile.create(this.path, { quota: this.#quota });
    // From here on the file has them of the quota.
    this.#quota.give(bytes.length);
    try {
      await file.write(0, bytes);
    } catch (error) {
      await file.discard();
      this.#quota.count(bytes.length);
      throw error;
    }
    this.#file = file;
    this.#onCreated();
    this.#forgetBytes();
  }

  async #end(endFile: (file: StagingFile) => Promise<void>): Promise<void> {
    const isFirst = !this.#isClosed;
    this.#isClosed = true;
    await this.#staging?.catch(() => {});
    if (this.#file !== undefined) await endFile(this.#file);
    if (!isFirst) return;
    if (this.#file === undefined) this.#quota.give(this.#sizeBytes);
    this.#forgetBytes();
    this.#onClosed();
  }

  #forgetBytes(): void {
    this.#memory.give(this.#buffer.length);
    this.#buffer = Buffer.alloc(0);
  }

  #opened(): StagingFile {
    if (this.#file === undefined) throw closedError(this.path);
    return this.#file;
  }
}

function closedError(path: string): BsmountError {
  return new BsmountError("environment", `the staged file ${path} is closed`);
}
