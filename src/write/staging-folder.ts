import { randomBytes } from "node:crypto";
import { lstat, mkdir, readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { BsmountError } from "../core/errors.ts";
import { ensureSafeFolder } from "../linux/private-folder.ts";
import { type LockId, takeLock } from "../linux/process-lock.ts";
import { syncFolder } from "../core/sync-folder.ts";
import { thisMachine, whereabouts } from "../linux/machine.ts";
import { unlessMissing } from "../core/unless-missing.ts";
import { type FileJournal, fileJournal } from "./file-journal.ts";
import { Journal, JOURNAL_NAME, type JournalOwner } from "./journal.ts";
import { type JournaledFile, shownIf } from "./journaled-file.ts";
import { isOwnerRunning, isStagingName, type ReadJournal, readJournal } from "./read-journal.ts";
import { mayHaveReplaced } from "./missing-whiteouts.ts";
import type { NewResultFile } from "./result-file.ts";
import { localDisk } from "./local-disk.ts";
import { SmallFile } from "./small-file.ts";
import type { StagingBytes } from "./staging-bytes.ts";
import { StagingFile, type StagingFileOptions } from "./staging-file.ts";
import type { StagingMemory } from "./staging-memory.ts";

/**
 * The lock of a folder of staging files; when it is free, the process that made the folder has ended. It is beside the
 * folder, so it is the same one whatever links and mounts lead there. The folder need not exist yet, its parent must.
 */
export function stagingLockOf(path: string): LockId {
  return { folder: dirname(path), key: basename(path) };
}

/** A staging file, and its journal. */
export interface StagedBytes {
  readonly bytes: StagingBytes;
  readonly journal: FileJournal;
}

export interface NewStagingFile extends StagingFileOptions {
  /** For its bytes, as long as they are few and need not be on the disk. @default they are on the disk */
  readonly memory?: StagingMemory | undefined;
}

/** A staging file of a process that has ended. */
export interface Leftover {
  readonly path: string;
  /** What the journal says of it; undefined when it does not know it. */
  readonly known: JournaledFile | undefined;
  readonly sizeBytes: number;
  /** When it was written last, in milliseconds since 1970. */
  readonly modifiedMs: number;
  /** Opens it as one of this process. @throws as {@link StagingFolder.createFile} */
  readonly open: (options: StagingFileOptions) => Promise<StagedBytes>;
  /** Its bytes were in memory, and are lost; BaseSpace may have them. */
  readonly isLost: boolean;
  /** Writes to the journal why it stays where it is. */
  readonly noteWhyLeft: (why: string) => void;
  /** Writes to the journal that it is of no use any more. */
  readonly noteDone: () => Promise<void>;
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
  /** Files were created that a power cut could take from the folder. */
  #hasNewFiles = true;

  private constructor(path: string, journal: Journal, lock: AsyncDisposable) {
    this.path = path;
    this.#journal = journal;
    this.#lock = lock;
  }

  /**
   * Takes over the folder at `path` of a process that has ended. Returns undefined when it runs, belongs to another
   * server or user, or its journal does not allow it.
   * @throws BsmountError `no-space`, `environment`
   */
  static async adopt(path: string, owner: JournalOwner): Promise<AdoptedFolder | undefined> {
    const lock = await takeLock(stagingLockOf(path));
    if (lock === undefined) return undefined;
    try {
      const read = await readJournal(path);
      if (read !== undefined && isAdoptable(read, owner)) {
        const files = await leftIn(path, read);
        const known = files.flatMap(({ name, known }) =>
          known === undefined ? [] : [[name, known] as const],
        );
        const journal = await Journal.adopt(path, owner, new Map(known));
        const folder = new StagingFolder(path, journal, lock);
        return { folder, files: files.map((file) => folder.#leftover(file)) };
      }
    } catch (error) {
      await lock[Symbol.asyncDispose]();
      throw error;
    }
    await lock[Symbol.asyncDispose]();
    return undefined;
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

  /** How many files its journal describes. */
  get files(): number {
    return this.#journal.size;
  }

  /**
   * Creates a staging file. `onClosed` of the options is not called when this throws.
   * @throws BsmountError `no-space`, `no-descriptors`, `environment`
   */
  async createFile(at: NewResultFile, options: NewStagingFile = {}): Promise<StagedBytes> {
    this.#count += 1;
    const file = String(this.#count);
    const { appResultId, resultPath, path } = at;
    const where = { appResultId, resultPath, path, ...shownIf(at) };
    const inMemory = options.memory === undefined ? {} : { isInMemory: true };
    const [created, journaled] = await Promise.allSettled([
      this.#createBytes(join(this.path, file), options),
      this.#journal.record({ file, event: "begun", ...inMemory, ...where }),
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

  async #createBytes(
    path: string,
    { memory, ...options }: NewStagingFile,
  ): Promise<SmallFile | StagingFile> {
    const onCreated = (): void => void (this.#hasNewFiles = true);
    if (memory !== undefined) return new SmallFile(path, { ...options, memory, onCreated });
    onCreated();
    return await StagingFile.create(path, options);
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

  #leftover({ name, ...file }: FileInFolder): Leftover {
    this.#count = Math.max(this.#count, Number(name));
    const journal = this.#journalOf(name);
    return {
      ...file,
      open: async (options) => ({ bytes: await StagingFile.reopen(file.path, options), journal }),
      noteWhyLeft: (why) => journal.recordFailure(why),
      noteDone: async () => await journal.recordRemoval(),
    };
  }

  #journalOf(file: string): FileJournal {
    return fileJournal(this.#journal, file, async () => {
      await this.#journal.sync();
      await this.#syncFolder();
    });
  }

  /** Makes the names of new files survive a power cut, see fsync(2). */
  async #syncFolder(): Promise<void> {
    if (!this.#hasNewFiles) return;
    this.#hasNewFiles = false;
    try {
      for (const path of [this.path, dirname(this.path)]) {
        await localDisk({ what: "sync", path }, async () => await syncFolder(path));
      }
    } catch (error) {
      this.#hasNewFiles = true;
      throw error;
    }
  }
}

interface FileInFolder extends Omit<Leftover, "noteDone" | "noteWhyLeft" | "open"> {
  readonly name: string;
}

/** The staging files in the folder of an ended process. */
async function leftIn(
  folder: string,
  { files, machine }: ReadJournal,
): Promise<readonly FileInFolder[]> {
  const wasRestarted = machine?.boot !== thisMachine().boot;
  const left: FileInFolder[] = [];
  for (const name of (await readdir(folder)).filter(isStagingName)) {
    const path = join(folder, name);
    const info = await unlessMissing(async () => await lstat(path));
    if (info?.isFile() !== true) continue;
    const { size: sizeBytes, mtimeMs: modifiedMs } = info;
    const known = asItIs(onDisk(files.get(name)), sizeBytes, wasRestarted);
    left.push({ name, path, known, sizeBytes, modifiedMs, isLost: false });
  }
  const found = new Set(left.map(({ name }) => name));
  // What BaseSpace has of them may have replaced other files.
  for (const [name, known] of files) {
    const path = join(folder, name);
    const isOfUse = !found.has(name) && mayHaveReplaced(known);
    if (isOfUse) left.push({ name, path, known, sizeBytes: 0, modifiedMs: 0, isLost: true });
  }
  return left;
}

interface AdoptedFolder {
  readonly folder: StagingFolder;
  readonly files: readonly Leftover[];
}

function isAdoptable(journal: ReadJournal, { apiServer, userId }: JournalOwner): boolean {
  const { canBeContinued, owner, machine } = journal;
  const isOwn = owner.apiServer === apiServer && owner.userId === userId;
  const isHere = machine !== undefined && whereabouts(machine) !== "elsewhere";
  // The lock is a file, which somebody may have deleted while the process runs.
  return canBeContinued && isOwn && isHere && !isOwnerRunning(journal);
}

/** It has a staging file now, and is to have one. */
function onDisk(known: JournaledFile | undefined): JournaledFile | undefined {
  if (known === undefined) return undefined;
  const { isInMemory: _before, ...rest } = known;
  return rest;
}

/** A file was interrupted when its bytes may be others than those with which it was closed. */
function asItIs(
  known: JournaledFile | undefined,
  sizeBytes: number,
  wasRestarted: boolean,
): JournaledFile | undefined {
  if (known?.state !== "closed" || known.closed === undefined) return known;
  const { closed } = known;
  const why =
    closed.sizeBytes === sizeBytes
      ? "the machine was restarted before its bytes were on the disk"
      : `it was closed with ${closed.sizeBytes} bytes, and ${sizeBytes} are left`;
  const isIntact = closed.sizeBytes === sizeBytes && (closed.isSynced || !wasRestarted);
  return isIntact ? known : { ...known, state: "interrupted", why };
}
