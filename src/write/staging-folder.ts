import { randomBytes } from "node:crypto";
import { mkdir, readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { BsmountError } from "../core/errors.ts";
import { ensureSafeFolder } from "../linux/private-folder.ts";
import { type LockId, takeLock } from "../linux/process-lock.ts";
import { Journal, JOURNAL_NAME, type JournalOwner } from "./journal.ts";
import type { ResultFile } from "./result-file.ts";
import { localDisk } from "./local-disk.ts";
import { StagingFile } from "./staging-file.ts";

/**
 * The lock of a folder of staging files: whoever finds it free finds a folder of a process that has ended. It is
 * beside the folder, so it is the same one by whatever links and mounts that is reached. The folder need not be there
 * yet, what it is in has to be.
 */
export function stagingLockOf(path: string): LockId {
  return { folder: dirname(path), key: basename(path) };
}

/** A staging file, and what is to be said of it in the journal. */
export interface StagedBytes {
  readonly bytes: StagingFile;
  readonly journal: FileJournal;
}

/** The journal's lines about one file. */
export interface FileJournal {
  /** It was finished, and is written again. @throws BsmountError `no-space`, `environment` */
  changed(): Promise<void>;
  /** Returns when the line is written; one that cannot be written goes before the next one. */
  renamed(path: string): Promise<void>;
  finished(): void;
  failed(why: string): void;
  /** Its staging file is gone. */
  removed(): void;
}

/**
 * A folder of staging files with their journal, private to this process and locked for it. What is in it is
 * found by the next mount, however this one ends.
 */
export class StagingFolder implements AsyncDisposable {
  readonly path: string;
  readonly #journal: Journal;
  readonly #lock: AsyncDisposable;
  #count = 0;

  private constructor(path: string, journal: Journal, lock: AsyncDisposable) {
    this.path = path;
    this.#journal = journal;
    this.#lock = lock;
  }

  /** Makes one in `parent`. @throws BsmountError `no-space`, `environment` */
  static async create(parent: string, owner: JournalOwner): Promise<StagingFolder> {
    const path = join(parent, `mount-${randomBytes(6).toString("hex")}`);
    const making = { what: "make a folder for", path };
    await localDisk(making, async () => await ensureSafeFolder(parent));
    // Before there is anything to be taken for somebody's who has ended.
    const lock = await localDisk(making, async () => await takeLock(stagingLockOf(path)));
    if (lock === undefined) throw new BsmountError("environment", `somebody else has ${path}`);
    try {
      await localDisk(making, async () => await mkdir(path, { mode: 0o700 }));
      return new StagingFolder(path, await Journal.create(path, owner), lock);
    } catch (error) {
      await rm(path, { recursive: true, force: true }).catch(() => {});
      await lock[Symbol.asyncDispose]();
      throw error;
    }
  }

  /**
   * `onClosed` is called when the staging file is closed, if it was made.
   * @throws BsmountError `no-space`, `no-descriptors`, `environment`
   */
  async createFile(place: ResultFile, onClosed: () => void): Promise<StagedBytes> {
    this.#count += 1;
    const file = String(this.#count);
    const [created, journaled] = await Promise.allSettled([
      StagingFile.create(join(this.path, file), onClosed),
      this.#journal.record({ file, event: "begun", ...place }),
    ]);
    const bytes = created.status === "fulfilled" ? created.value : undefined;
    if (bytes !== undefined && journaled.status === "fulfilled") {
      return { bytes, journal: this.#journalOf(file) };
    }
    this.#journal.forget(file);
    await bytes?.abandon();
    throw created.status === "rejected"
      ? created.reason
      : (journaled as PromiseRejectedResult).reason;
  }

  /** Leaves what is still in it to be found, and the folder only if there is something. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#journal[Symbol.asyncDispose]();
    if (await this.#isEmpty()) await rm(this.path, { recursive: true, force: true });
    await this.#lock[Symbol.asyncDispose]();
  }

  /** Not when nobody can tell: there may be bytes in it that BaseSpace lacks. */
  async #isEmpty(): Promise<boolean> {
    try {
      return (await readdir(this.path)).every((name) => name === JOURNAL_NAME);
    } catch {
      return false;
    }
  }

  #journalOf(file: string): FileJournal {
    const journal = this.#journal;
    return {
      changed: async () => await journal.record({ file, event: "changed" }),
      renamed: async (path) => {
        await journal.record({ file, event: "renamed", path }).catch(() => {});
      },
      finished: () => journal.note({ file, event: "finished" }),
      failed: (why) => journal.note({ file, event: "failed", why }),
      removed: () => journal.forget(file),
    };
  }
}
