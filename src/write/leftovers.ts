import type { Stats } from "node:fs";
import { lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { takeLock } from "../core/process-lock.ts";
import { JOURNAL_NAME } from "./journal.ts";
import { type KnownFile, type ReadJournal, readJournal } from "./read-journal.ts";
import type { ResultFile } from "./result-file.ts";
import { stagingLockOf } from "./staging-folder.ts";

/** A file whose bytes are in staging and that BaseSpace does not have as it is here. */
export interface StagedUpload {
  /** The staging file. */
  readonly file: string;
  readonly sizeBytes: number;
  /** When it was written last. */
  readonly modified: Date;
  /** True while the process that wrote it runs; false when it ended and left the file behind. */
  readonly isLive: boolean;
  /** Of that process. */
  readonly pid?: number;
  readonly apiServer?: string;
  /** Where it belongs; absent when the journal does not say. */
  readonly place?: ResultFile;
  /** Why it is not in BaseSpace, when an upload failed. */
  readonly why?: string;
}

/** Everything that is staged below `parent`, of live processes and of those that have ended, oldest first. */
export async function stagedUploads(parent: string): Promise<readonly StagedUpload[]> {
  const uploads: StagedUpload[] = [];
  for (const folder of await foldersIn(parent)) {
    const lock = await takeLock(stagingLockOf(folder));
    await lock?.[Symbol.asyncDispose]();
    const journal = await readJournal(folder);
    uploads.push(...(await uploadsIn(folder, { journal, isLive: lock === undefined })));
  }
  return uploads.toSorted((a, b) => a.modified.getTime() - b.modified.getTime());
}

/**
 * Removes what processes that have ended left behind and nobody needs: staging files that BaseSpace has, and
 * folders with nothing else in them. Returns what is left.
 */
export async function tidyStaging(parent: string): Promise<readonly StagedUpload[]> {
  const left: StagedUpload[] = [];
  for (const folder of await foldersIn(parent)) {
    const lock = await takeLock(stagingLockOf(folder));
    if (lock === undefined) continue;
    try {
      left.push(...(await tidyFolder(folder)));
    } finally {
      await lock[Symbol.asyncDispose]();
    }
  }
  return left;
}

async function tidyFolder(folder: string): Promise<readonly StagedUpload[]> {
  const journal = await readJournal(folder);
  const uploads = await uploadsIn(folder, { journal, isLive: false });
  const names = await namesIn(folder);
  const needed = new Set(uploads.map(({ file }) => file));
  if (names.length === 0 || (journal !== undefined && needed.size === 0)) {
    await rm(folder, { recursive: true, force: true });
    return [];
  }
  // Without its journal nobody knows what is needed.
  for (const name of journal === undefined ? [] : names) {
    const file = join(folder, name);
    if (name !== JOURNAL_NAME && !needed.has(file))
      await rm(file, { recursive: true, force: true });
  }
  return uploads;
}

/** Folders of this and earlier versions, without following links. */
async function foldersIn(parent: string): Promise<readonly string[]> {
  const names = (await namesIn(parent)).filter((name) => name.startsWith("mount-"));
  const folders: string[] = [];
  for (const name of names.toSorted()) {
    const path = join(parent, name);
    if ((await infoOf(path))?.isDirectory() === true) folders.push(path);
  }
  return folders;
}

interface Folder {
  readonly journal: ReadJournal | undefined;
  readonly isLive: boolean;
}

async function uploadsIn(folder: string, { journal, isLive }: Folder): Promise<StagedUpload[]> {
  const uploads: StagedUpload[] = [];
  for (const name of (await namesIn(folder)).filter((name) => /^[1-9]\d*$/.test(name))) {
    const known = journal?.files.get(name);
    const file = join(folder, name);
    const info = await infoOf(file);
    if (info === undefined || !isNeeded(info, journal, known)) continue;
    const { size: sizeBytes, mtime: modified } = info;
    const { isFinished: _isFinished, ...told } = known ?? { isFinished: false };
    uploads.push({ file, sizeBytes, modified, isLive, ...journal?.owner, ...told });
  }
  return uploads;
}

/**
 * The journal has a file before the first byte of it, so that an empty one that it does not have was never begun;
 * where a power cut took the line, the bytes count.
 */
function isNeeded(info: Stats, journal: ReadJournal | undefined, known?: KnownFile): boolean {
  if (!info.isFile()) return false;
  if (known !== undefined) return !known.isFinished;
  return journal === undefined || info.size > 0;
}

/** A folder that is not there is empty; one that cannot be read is an error. */
async function namesIn(folder: string): Promise<readonly string[]> {
  return (await unlessGone(async () => await readdir(folder))) ?? [];
}

async function infoOf(path: string): Promise<Stats | undefined> {
  return await unlessGone(async () => await lstat(path));
}

async function unlessGone<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
