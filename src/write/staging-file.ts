import type { FileHandle } from "node:fs/promises";
import { constants, fstatSync } from "node:fs";
import { open, rm } from "node:fs/promises";
import { BsmountError } from "../core/errors.ts";
import { localDisk } from "./local-disk.ts";
import type { StagingBytes } from "./staging-bytes.ts";
import { StagingQuota } from "./staging-quota.ts";

export interface StagingFileOptions {
  /** Called when it is closed. */
  readonly onClosed?: () => void;
  /** @default no limit */
  readonly quota?: StagingQuota;
}

/** The bytes of a staged file on the local disk. */
export class StagingFile implements StagingBytes {
  readonly path: string;
  readonly memoryBytes = 0;
  readonly #file: FileHandle;
  readonly #quota: StagingQuota;
  #onClosed: () => void;
  #sizeBytes = 0;
  /** What it has of the quota: at least its size. */
  #takenBytes = 0;
  /** Counts truncations, so that a read during one does not take bytes for lost. */
  #cuts = 0;
  /** Truncations that are under way. */
  #cutting = 0;
  /** Another program truncated the file; a write behind its end would turn the lost bytes into zeros. */
  #loss: BsmountError | undefined;
  #isClosed = false;

  private constructor(path: string, file: FileHandle, { onClosed, quota }: StagingFileOptions) {
    this.path = path;
    this.#file = file;
    this.#onClosed = onClosed ?? (() => {});
    this.#quota = quota ?? new StagingQuota();
  }

  /**
   * Creates an empty file that only this user can read.
   * @throws BsmountError `no-space`, `no-descriptors`, `environment`
   */
  static async create(path: string, options: StagingFileOptions = {}): Promise<StagingFile> {
    const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    const flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW;
    const file = await localDisk({ what: "create", path }, async () => {
      return await open(path, flags, 0o600);
    });
    return new StagingFile(path, file, options);
  }

  /**
   * Opens the file that an ended process left at `path`, as {@link create}.
   * @throws BsmountError `no-descriptors`, `environment`
   */
  static async reopen(path: string, options: StagingFileOptions = {}): Promise<StagingFile> {
    const { O_RDWR, O_NOFOLLOW } = constants;
    const file = await localDisk({ what: "open", path }, async () => {
      return await open(path, O_RDWR | O_NOFOLLOW);
    });
    const staging = new StagingFile(path, file, options);
    staging.#sizeBytes = fstatSync(file.fd).size;
    staging.#takenBytes = staging.#sizeBytes;
    staging.#quota.count(staging.#takenBytes);
    return staging;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    if (this.#loss !== undefined) throw this.#loss;
    this.#checkLength();
    this.#take(offset + bytes.length);
    let done = 0;
    await this.#onDisk("write to", async () => {
      while (done < bytes.length) {
        const rest = bytes.length - done;
        const { bytesWritten } = await this.#file.write(bytes, done, rest, offset + done);
        done += bytesWritten;
        this.#sizeBytes = Math.max(this.#sizeBytes, offset + done);
      }
    });
  }

  async read(offset: number, into: Uint8Array): Promise<number> {
    const wanted = Math.max(0, Math.min(into.length, this.#sizeBytes - offset));
    const cuts = this.#cuts;
    let done = 0;
    await this.#onDisk("read", async () => {
      while (done < wanted) {
        const { bytesRead } = await this.#file.read(into, done, wanted - done, offset + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
    });
    if (done === wanted || this.#cutting > 0 || cuts !== this.#cuts) return done;
    throw this.#lostError(offset + done);
  }

  /** @throws BsmountError `no-space` */
  #take(endBytes: number): void {
    const more = endBytes - this.#takenBytes;
    if (more <= 0 || this.#isClosed) return;
    this.#quota.take(more);
    this.#takenBytes = endBytes;
  }

  /**
   * A write behind the end of a file that another program truncated would turn what was there into zeros. The kernel
   * has the length in memory, so the synchronous call does not wait for the disk.
   */
  #checkLength(): void {
    if (this.#isClosed || this.#cutting > 0) return;
    const { size } = fstatSync(this.#file.fd);
    if (size < this.#sizeBytes) throw this.#lostError(size);
  }

  #lostError(endBytes: number): BsmountError {
    const problem = `the staging file ${this.path} lost bytes that were written to it`;
    this.#loss = new BsmountError("environment", `${problem}: it ends at ${endBytes}`, {
      remedy: "write the file again; see what else truncates files in the state folder",
    });
    return this.#loss;
  }

  /** @throws BsmountError `environment` when bytes were lost and any are to stay */
  async truncate(sizeBytes: number): Promise<void> {
    if (sizeBytes === 0) this.#loss = undefined;
    if (this.#loss !== undefined) throw this.#loss;
    this.#take(sizeBytes);
    this.#cutting += 1;
    try {
      await this.#onDisk("truncate", async () => await this.#file.truncate(sizeBytes));
      this.#sizeBytes = sizeBytes;
      this.#quota.give(this.#takenBytes - sizeBytes);
      this.#takenBytes = sizeBytes;
    } finally {
      this.#cutting -= 1;
      this.#cuts += 1;
    }
  }

  async stage(): Promise<void> {}

  /** @throws BsmountError `environment` also when somebody deleted the file: nobody would find the bytes again */
  async sync(): Promise<void> {
    await this.#onDisk("sync", async () => {
      await this.#file.sync();
      if ((await this.#file.stat()).nlink === 0) throw removedError(this.path);
    });
  }

  async discard(): Promise<void> {
    await this.close();
    await this.#onDisk("remove", async () => await rm(this.path, { force: true }));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#file.close();
    this.#quota.give(this.#takenBytes);
    this.#takenBytes = 0;
    this.#onClosed();
  }

  /** As {@link discard}, without calling `onClosed`: for a file that was never handed out. */
  async abandon(): Promise<void> {
    this.#onClosed = () => {};
    await this.discard();
  }

  async #onDisk<T>(what: string, work: () => Promise<T>): Promise<T> {
    return await localDisk({ what, path: this.path }, work);
  }
}

function removedError(path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`ENOENT: ${path} was removed`), { code: "ENOENT" });
}
