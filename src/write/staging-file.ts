import type { FileHandle } from "node:fs/promises";
import { constants } from "node:fs";
import { open, rm } from "node:fs/promises";
import { BsmountError } from "../core/errors.ts";

/**
 * The bytes of one file on the local disk, until BaseSpace has them and for as long after that as there
 * is room. What was never written reads as zeros, as on any disk.
 */
export class StagingFile {
  readonly #path: string;
  readonly #file: FileHandle;
  #sizeBytes = 0;
  #isClosed = false;

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  /** Makes an empty one, which nobody else can read. @throws BsmountError `no-space`, `environment` */
  static async create(path: string): Promise<StagingFile> {
    const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    const flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW;
    const file = await local(path, "create", async () => await open(path, flags, 0o600));
    return new StagingFile(path, file);
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** @throws BsmountError `no-space` when the disk is full; the bytes then are as before or as written */
  async write(offset: number, bytes: Uint8Array): Promise<void> {
    let done = 0;
    await local(this.#path, "write to", async () => {
      while (done < bytes.length) {
        const rest = bytes.length - done;
        const { bytesWritten } = await this.#file.write(bytes, done, rest, offset + done);
        done += bytesWritten;
        this.#sizeBytes = Math.max(this.#sizeBytes, offset + done);
      }
    });
  }

  /** Fills `into` from `offset` on; answers how many bytes, fewer only at the end of the file. */
  async read(offset: number, into: Uint8Array): Promise<number> {
    const wanted = Math.max(0, Math.min(into.length, this.#sizeBytes - offset));
    let done = 0;
    await local(this.#path, "read", async () => {
      while (done < wanted) {
        const { bytesRead } = await this.#file.read(into, done, wanted - done, offset + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
    });
    return done;
  }

  async truncate(sizeBytes: number): Promise<void> {
    await local(this.#path, "truncate", async () => await this.#file.truncate(sizeBytes));
    this.#sizeBytes = sizeBytes;
  }

  /** Returns when the bytes are on the disk. */
  async sync(): Promise<void> {
    await local(this.#path, "sync", async () => await this.#file.sync());
  }

  /** Closes and deletes it; more than once is no error. */
  async discard(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#file.close();
    await rm(this.#path, { force: true });
  }
}

async function local<T>(path: string, what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOSPC" || code === "EDQUOT") {
      throw new BsmountError("no-space", `the staging disk is full: cannot ${what} ${path}`, {
        cause,
        remedy: "free space there, or name a folder on another disk with --state-dir",
      });
    }
    throw new BsmountError("environment", `cannot ${what} the staging file ${path}`, { cause });
  }
}
