import type { Stats } from "node:fs";
import { lstat, readdir, rm, rmdir, stat, unlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { BsmountError } from "../core/errors.ts";
import type { FileId } from "../core/ids.ts";
import { whereabouts } from "../linux/machine.ts";
import { lockOwner, takeLock } from "../linux/process-lock.ts";
import { unlessMissing } from "../core/unless-missing.ts";
import { JOURNAL_NAME } from "./journal.ts";
import {
  isDone,
  type JournaledFile,
  type JournaledState,
  replacedFiles,
  stagingNameOf,
} from "./journaled-file.ts";
import { mayLackWhiteouts } from "./missing-whiteouts.ts";
import { isOwnerRunning, isStagingName, type ReadJournal, readJournal } from "./read-journal.ts";
import type { ResultFile } from "./result-file.ts";
import type { InFlight } from "./in-flight.ts";
import { overtakenBy } from "./journaled-file.ts";
import { stagingLockOf } from "./staging-folder.ts";

/*
 * What is in the staging folders of all processes, running and ended, as far as their journals say. The next mount adopts
 * leftovers and continues their uploads: `../session/adopt-leftovers.ts`.
 */

/** A file whose bytes are in staging and that BaseSpace does not have as it is here. */
export interface StagedUpload {
  /** The staging file. */
  readonly file: string;
  readonly sizeBytes: number;
  /** When it was written last. */
  readonly modified: Date;
  /** True while the process that wrote it runs, or may run; false when it ended and left the file behind. */
  readonly isLive: boolean;
  /** The other machine or container that the process runs on; whether it still runs cannot be seen from here. */
  readonly host?: string;
  /** The number of that process. */
  readonly pid?: number;
  readonly apiServer?: string;
  readonly userId?: string;
  /** What the journal says of it; `open` when it says nothing. */
  readonly state: JournaledState;
  /** It was closed in a result whose files are finished only when somebody says so. */
  readonly awaitsCommit?: true;
  /** Where it belongs; absent when the journal does not say. */
  readonly resultFile?: ResultFile;
  /** The complete file that its path showed when it was begun there; null for none, absent where that is not known. */
  readonly shown?: FileId | null;
  /** The pending file of BaseSpace that it was being sent to. */
  readonly pendingId?: FileId;
  /** What BaseSpace may have of its earlier attempts, and of files that it has replaced. */
  readonly overtakes?: InFlight;
  /** MD5s of contents of it that BaseSpace may have, lower-case hex. */
  readonly sentMd5s?: readonly string[];
  /** Why it is not in BaseSpace, when an upload failed. */
  readonly why?: string;
}

/** A folder of staging files, and whether the process that it belongs to may still run. */
interface KnownFolder {
  readonly path: string;
  readonly journal: ReadJournal | undefined;
  /** The name of the other machine that it is used from. */
  readonly host?: string;
}

/** All staged files below `parent`, of live processes and of those that have ended, oldest first. */
export async function stagedUploads(
  ...parents: readonly string[]
): Promise<readonly StagedUpload[]> {
  const uploads: StagedUpload[] = [];
  const folders = (await Promise.all(parents.map(foldersIn))).flat();
  for (const folder of folders) {
    const isLive = folder.host !== undefined || (await isUsed(folder));
    uploads.push(...(await uploadsIn(folder, isLive)));
  }
  const replaced = replacedFiles(folders.flatMap(({ journal }) => [...(journal?.files ?? [])]));
  const there = uploads.filter(({ file }) => !replaced.has(stagingNameOf(file)));
  return there.toSorted((a, b) => a.modified.getTime() - b.modified.getTime());
}

/**
 * Deletes what processes that have ended left behind and nobody needs: staging files that BaseSpace has, and
 * folders with nothing else in them. Returns what is left. Folders that are used from other machines and containers
 * stay as they are: whether their process has ended cannot be seen from here.
 */
export async function tidyStaging(parent: string): Promise<readonly StagedUpload[]> {
  const left: StagedUpload[] = [];
  for (const { path, host } of await foldersIn(parent)) {
    if (host !== undefined) continue;
    const lock = await takeLock(stagingLockOf(path));
    if (lock === undefined) continue;
    try {
      // Its process may have written more before it ended.
      const journal = await readJournal(path);
      // The lock is a file, which somebody may have deleted while the process runs.
      if (!isOwnerRunning(journal)) left.push(...(await tidyFolder({ path, journal })));
    } finally {
      await lock[Symbol.asyncDispose]();
    }
  }
  return left;
}

/** The folders below `parent` that a process of this machine has left behind, or is using. */
export async function stagingFolders(parent: string): Promise<readonly string[]> {
  const folders = await foldersIn(parent);
  return folders.filter(({ host }) => host === undefined).map(({ path }) => path);
}

/** Whether nothing is staged below `parent`, from whatever machine. */
export async function isUnstaged(parent: string): Promise<boolean> {
  return (await foldersIn(parent)).length === 0;
}

/** Deletes only what a mount makes; a folder with anything else in it stays. */
async function tidyFolder(folder: KnownFolder): Promise<readonly StagedUpload[]> {
  const uploads = await uploadsIn(folder, false);
  // Without a journal nothing is known.
  if (folder.journal === undefined && (await stagingFilesIn(folder.path)).length > 0)
    return uploads;
  const needed = new Set([...uploads.map(({ file }) => file), ...uncoveredIn(folder)]);
  for (const file of await stagingFilesIn(folder.path)) {
    // What cannot be deleted, such as a folder, is no staging file.
    if (!needed.has(file)) await unlink(file).catch(() => {});
  }
  if (needed.size > 0) return uploads;
  for (const name of [JOURNAL_NAME, `${JOURNAL_NAME}.new`]) {
    await rm(join(folder.path, name), { force: true });
  }
  await rmdir(folder.path).catch(() => {});
  return [];
}

/** Complete files that have replaced others, whose whiteouts are missing: the next mount writes these. */
function uncoveredIn({ path, journal }: KnownFolder): readonly string[] {
  const files = [...(journal?.files ?? [])].filter(([, file]) => mayLackWhiteouts(file));
  return files.map(([name]) => join(path, name));
}

/** Taking the lock to look would keep others from it for a moment; so this only asks who has it. */
async function isUsed({ path, journal }: KnownFolder): Promise<boolean> {
  return (await lockOwner(stagingLockOf(path))) !== undefined || isOwnerRunning(journal);
}

/** The folders that this user owns, of this and earlier versions; links are not followed. */
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

/** @throws BsmountError `environment` when another user owns the parent folder */
async function checkOwner(parent: string): Promise<void> {
  const info = await unlessMissing(async () => await stat(parent));
  if (info === undefined || info.uid === process.geteuid?.()) return;
  const problem = `cannot look into the staging folder ${parent}: it belongs to user ${info.uid}`;
  throw new BsmountError("environment", problem, { remedy: "run the command as that user" });
}

function isOwnFolder(info: Stats | undefined): boolean {
  return info?.isDirectory() === true && info.uid === process.geteuid?.();
}

const STAGING_FOLDER = /^mount-(?:[0-9a-f]{12}|\w{6})$/;

async function stagingFilesIn(folder: string): Promise<readonly string[]> {
  const names = (await namesIn(folder)).filter(isStagingName);
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
    if (journal !== undefined && !isNeededHere(known, sizeBytes, journal)) continue;
    const details = { ...hostIf(host), ...journal?.owner, ...detailsOf(known) };
    uploads.push({ file, sizeBytes, modified, isLive, ...details });
  }
  return isLive ? [...uploads, ...inMemoryOf({ path, journal }, uploads)] : uploads;
}

/** Files of a live process that may have no staging file yet; how many bytes they have is not known. */
function inMemoryOf(
  { path, journal }: KnownFolder,
  onDisk: readonly StagedUpload[],
): readonly StagedUpload[] {
  const seen = new Set(onDisk.map(({ file }) => file));
  return [...(journal?.files ?? [])]
    .map(([name, known]) => ({ file: join(path, name), known }))
    .filter(({ file, known }) => known.isInMemory === true && !seen.has(file))
    .filter(({ known }) => !isDone(known))
    .map(({ file, known }) => {
      const details = { ...journal?.owner, ...detailsOf(known) };
      return { file, sizeBytes: 0, modified: new Date(), isLive: true, ...details };
    });
}

function hostIf(host: string | undefined): Pick<StagedUpload, "host"> {
  return host === undefined ? {} : { host };
}

function detailsOf(
  known: JournaledFile = { state: "open" },
): Pick<
  StagedUpload,
  "awaitsCommit" | "overtakes" | "pendingId" | "resultFile" | "sentMd5s" | "shown" | "state" | "why"
> {
  const { resultFile, shown, wholes, upload, why, closed, state } = known;
  return {
    ...(resultFile === undefined ? {} : { resultFile }),
    ...(shown === undefined ? {} : { shown }),
    ...overtakesIf(overtakenBy(known)),
    ...(upload === undefined ? {} : { pendingId: upload.fileId }),
    ...(wholes === undefined ? {} : { sentMd5s: wholes.map(({ md5 }) => md5) }),
    ...(why === undefined ? {} : { why }),
    ...(state === "closed" ? commitOf(closed) : {}),
    state,
  };
}

function overtakesIf(overtakes: InFlight): Pick<StagedUpload, "overtakes"> {
  return overtakes.ids.length + overtakes.md5s.length === 0 ? {} : { overtakes };
}

function commitOf(closed: JournaledFile["closed"]): Pick<StagedUpload, "awaitsCommit"> {
  return closed?.awaitsCommit === true ? { awaitsCommit: true } : {};
}

/**
 * Bytes are accepted only when the journal has the file, so one that it does not know is empty. If it is not, a power
 * cut took its lines, and nobody can tell whether BaseSpace has it.
 */
function isNeededHere(
  known: JournaledFile | undefined,
  sizeBytes: number,
  { isWhole }: ReadJournal,
): boolean {
  // A record that is missing may say that it was written again.
  return known === undefined ? sizeBytes > 0 : !isWhole || !isDone(known);
}

/** The names in `folder`, none when there is no such folder. */
async function namesIn(folder: string): Promise<readonly string[]> {
  return (await unlessMissing(async () => await readdir(folder))) ?? [];
}

async function infoOf(path: string): Promise<Stats | undefined> {
  return await unlessMissing(async () => await lstat(path));
}
