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
 * The lock of a folder of staging files; when it is free, the process that made the folder has ended. It is beside the
 * folder, so it is the same one whatever links and mounts lead there. The folder need not exist yet, its parent must.
 */
export function stagingLockOf(path: string): LockId {
  return { folder: dirname(path), key: basename(path) };
}

/** A staging file, and its journal. */
export interface StagedBytes {
  readonly bytes: StagingFile;
  readonly journal: FileJournal;
}

/** The journal's lines about one file. */
export interface FileJournal {
  /** The file was finished, and is going to be written again. @throws BsmountError `no-space`, `environment` */
  changed(): Promise<void>;
  /** Returns when the line is written. A line that cannot be written is written before the next one. */
  renamed(path: string): Promise<void>;
  finished(): void;
  failed(why: string): void;
  /** Its staging file was deleted. */
  removed(): void;
}

/**
 * A folder of staging files with their journal, private to this process and locked by it. The next mount finds what is
 * in it, however this one ends.
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

  /** Creates a folder in `parent`. @throws BsmountError `no-space`, `environment` */
  static async create(parent: string, owner: JournalOwner): Promise<StagingFolder> {
    const path = join(parent, `mount-${randomBytes(6).toString("hex")}`);
    const call = { what: "make a folder for", path };
    await localDisk(call, async () => await ensureSafeFolder(parent));
    // Before there is a folder that would look like that of an ended process.
    const lock = await localDisk(call, async () => await takeLock(stagingLockOf(path)));
    if (lock === undefined) throw new BsmountError("environment", `another process uses ${path}`);
    try {
      await localDisk(call, async () => await mkdir(path, { mode: 0o700 }));
      return new StagingFolder(path, await Journal.create(path, owner), lock);
    } catch (error) {
      await rm(path, { recursive: true, force: true }).catch(() => {});
      await lock[Symbol.asyncDispose]();
      throw error;
    }
  }

  /**
   * Creates a staging file. `onClosed` is called when it is closed, unless this throws.
   * @throws BsmountError `no-space`, `no-descriptors`, `environment`
   */
  async createFile(resultFile: ResultFile, onClosed: () => void): Promise<StagedBytes> {
    this.#count += 1;
    const file = String(this.#count);
    const [created, journaled] = await Promise.allSettled([
      StagingFile.create(join(this.path, file), onClosed),
      this.#journal.record({ file, event: "begun", ...resultFile }),
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

  /** Leaves the files that are still in it for the next mount to find; deletes the folder if there are none. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#journal[Symbol.asyncDispose]();
    if (await this.#isEmpty()) await rm(this.path, { recursive: true, force: true });
    await this.#lock[Symbol.asyncDispose]();
  }

  /** False when it cannot be read: there may be bytes in it that BaseSpace lacks. */
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
