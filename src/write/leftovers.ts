import type { Stats } from "node:fs";
import { lstat, readdir, rm, rmdir, stat, unlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { BsmountError } from "../core/errors.ts";
import { whereabouts } from "../linux/machine.ts";
import { isRunning } from "../linux/process-identity.ts";
import { lockOwner, takeLock } from "../linux/process-lock.ts";
import { unlessMissing } from "../core/unless-missing.ts";
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
  /** True while the process that wrote it runs, or may run; false when it ended and left the file behind. */
  readonly isLive: boolean;
  /** The machine or container that it runs on, when that is another one: then nobody knows here whether it does. */
  readonly host?: string;
  /** Of that process. */
  readonly pid?: number;
  readonly apiServer?: string;
  /** Where it belongs; absent when the journal does not say. */
  readonly place?: ResultFile;
  /** Why it is not in BaseSpace, when an upload failed. */
  readonly why?: string;
}

/** A folder of staging files, and whether the process that it belongs to may still run. */
interface KnownFolder {
  readonly path: string;
  readonly journal: ReadJournal | undefined;
  /** Of the machine that it is used from, when that is another one. */
  readonly host?: string;
}

/** Everything that is staged below `parent`, of live processes and of those that have ended, oldest first. */
export async function stagedUploads(parent: string): Promise<readonly StagedUpload[]> {
  const uploads: StagedUpload[] = [];
  for (const folder of await foldersIn(parent)) {
    const isLive = folder.host !== undefined || (await isUsed(folder));
    uploads.push(...(await uploadsIn(folder, isLive)));
  }
  return uploads.toSorted((a, b) => a.modified.getTime() - b.modified.getTime());
}

/**
 * Removes what processes that have ended left behind and nobody needs: staging files that BaseSpace has, and
 * folders with nothing else in them. Returns what is left. What is used from other machines and containers stays
 * as it is: nobody here can see whether its process has ended.
 */
export async function tidyStaging(parent: string): Promise<readonly StagedUpload[]> {
  const left: StagedUpload[] = [];
  for (const { path, host } of await foldersIn(parent)) {
    if (host !== undefined) continue;
    const lock = await takeLock(stagingLockOf(path));
    if (lock === undefined) continue;
    try {
      // What the journal said before its process ended may not be the last that it says.
      const journal = await readJournal(path);
      // A lock is a file, which somebody may have removed.
      if (!isOwnerRunning(journal)) left.push(...(await tidyFolder({ path, journal })));
    } finally {
      await lock[Symbol.asyncDispose]();
    }
  }
  return left;
}

/** Removes nothing but what a mount makes; a folder with anything else in it stays. */
async function tidyFolder(folder: KnownFolder): Promise<readonly StagedUpload[]> {
  const uploads = await uploadsIn(folder, false);
  // Nothing is known without a journal.
  if (folder.journal === undefined && (await stagingFilesIn(folder.path)).length > 0)
    return uploads;
  const needed = new Set(uploads.map(({ file }) => file));
  for (const file of await stagingFilesIn(folder.path)) {
    // What cannot be removed, such as a folder, is no staging file.
    if (!needed.has(file)) await unlink(file).catch(() => {});
  }
  if (needed.size > 0) return uploads;
  for (const name of [JOURNAL_NAME, `${JOURNAL_NAME}.new`]) {
    await rm(join(folder.path, name), { force: true });
  }
  await rmdir(folder.path).catch(() => {});
  return [];
}

/** Whoever takes the lock to look keeps others from it for a moment; so it is asked who has it. */
async function isUsed({ path, journal }: KnownFolder): Promise<boolean> {
  return (await lockOwner(stagingLockOf(path))) !== undefined || isOwnerRunning(journal);
}

/** Whether the process that the journal names runs; what this one has it knows by its locks. */
function isOwnerRunning(journal: ReadJournal | undefined): boolean {
  const { owner, startTicks } = journal ?? {};
  if (owner?.pid === undefined || startTicks === undefined || owner.pid === process.pid)
    return false;
  return isRunning({ pid: owner.pid, startTicks });
}

/** This user's own folders of this and earlier versions, without following links. */
async function foldersIn(parent: string): Promise<readonly KnownFolder[]> {
  const folders: KnownFolder[] = [];
  await checkOwner(parent);
  for (const name of (await namesIn(parent))
    .filter((name) => STAGING_FOLDER.test(name))
    .toSorted()) {
    const path = join(parent, name);
    if (!isOwnFolder(await infoOf(path))) continue;
    const journal = await readJournal(path);
    const { machine } = journal ?? {};
    const isElsewhere = machine !== undefined && whereabouts(machine) === "elsewhere";
    folders.push({ path, journal, ...(isElsewhere ? { host: machine.host } : {}) });
  }
  return folders;
}

/** @throws BsmountError `environment` when the folders would be somebody else's to arrange */
async function checkOwner(parent: string): Promise<void> {
  const info = await unlessMissing(async () => await stat(parent));
  if (info === undefined || info.uid === process.geteuid?.()) return;
  const problem = `cannot look into the staging folder ${parent}: it belongs to user ${info.uid}`;
  throw new BsmountError("environment", problem, { remedy: "ask as that user" });
}

function isOwnFolder(info: Stats | undefined): boolean {
  return info?.isDirectory() === true && info.uid === process.geteuid?.();
}

const STAGING_FOLDER = /^mount-(?:[0-9a-f]{12}|\w{6})$/;

async function stagingFilesIn(folder: string): Promise<readonly string[]> {
  const names = (await namesIn(folder)).filter((name) => /^[1-9]\d*$/.test(name));
  return names.map((name) => join(folder, name));
}

async function uploadsIn(
  { path, journal, host }: KnownFolder,
  isLive: boolean,
): Promise<readonly StagedUpload[]> {
  const uploads: StagedUpload[] = [];
  for (const file of await stagingFilesIn(path)) {
    const info = await infoOf(file);
    if (info === undefined || !info.isFile()) continue;
    const { size: sizeBytes, mtime: modified } = info;
    const known = journal?.files.get(basename(file));
    if (journal !== undefined && !isNeeded(known, sizeBytes)) continue;
    const { isFinished: _isFinished, ...told } = known ?? { isFinished: false };
    const where = host === undefined ? {} : { host };
    uploads.push({ file, sizeBytes, modified, isLive, ...where, ...journal?.owner, ...told });
  }
  return uploads;
}

/**
 * Bytes are accepted only when the journal has the file, so one that it does not know has none. One that has some
 * lost its lines, as a power cut can take them: nobody can tell that BaseSpace has it.
 */
function isNeeded(known: KnownFile | undefined, sizeBytes: number): boolean {
  return known === undefined ? sizeBytes > 0 : !known.isFinished;
}

/** A folder that is not there is empty; one that cannot be read is an error. */
async function namesIn(folder: string): Promise<readonly string[]> {
  return (await unlessMissing(async () => await readdir(folder))) ?? [];
}

async function infoOf(path: string): Promise<Stats | undefined> {
  return await unlessMissing(async () => await lstat(path));
}
