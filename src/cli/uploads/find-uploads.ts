/*
 * Begin here: `uploads/` has what the commands `bsmount uploads …` share. This file finds the unfinished files of all live
 * mounts, and those that ended ones have left, `upload-paths.ts` reads the paths that a user gives, and
 * `local-copy.ts` copies the bytes of one. The commands are in `../commands/uploads*.ts`.
 */

import { basename, dirname, join } from "node:path";
import { reasonOf } from "../../core/errors.ts";
import { isUnknownRequest, type MountWithUploads, mountsWithUploads } from "../../mount/mount.ts";
import type { ListedUpload, UploadState } from "../../session/upload-list.ts";
import { isBelow, mountPathOf } from "../../session/upload-list.ts";
import { isFinalFailure } from "../../write/final-failure.ts";
import { type StagedUpload, stagedUploads } from "../../write/leftovers.ts";
import type { StagingFolders } from "../../write/staging-folders.ts";
import { stagedNameOf } from "../../write/temporary-names.ts";
import { isShownAt, type UploadPath } from "./upload-paths.ts";

/** A file that was written and that BaseSpace lacks. */
export interface FoundUpload {
  /** The staging file. */
  readonly file: string;
  /** In a mount, with a leading slash; absent when its journal does not say where it belongs. */
  readonly path?: string;
  readonly state: UploadState;
  readonly sizeBytes: number;
  /** Bytes that BaseSpace has confirmed; absent when only its mount could tell, which does not. */
  readonly confirmedBytes?: number;
  readonly why?: string;
  readonly isFinal: boolean;
  /** A write to it failed, so that no attempt can upload it. */
  readonly isIncomplete?: true;
  /** The live mount that it belongs to. */
  readonly mount?: MountWithUploads;
  /** What its journal says; absent when it was made since the journals were read. */
  readonly staged?: StagedUpload;
}

export interface FoundUploads {
  /** The oldest first. */
  readonly uploads: readonly FoundUpload[];
  /** The mounts that were asked, each with the paths that were asked for; undefined for all. */
  readonly asked: readonly (readonly [mount: MountWithUploads, path: string | undefined])[];
  /** Why a mount did not say what it has. */
  readonly failures: readonly unknown[];
  /** The staging folders that were searched. */
  readonly folders: readonly string[];
}

export interface FindOptions {
  readonly runtimeFolder: string;
  /** The staging folders of the user; those of the mounts are searched as well. */
  readonly stagingFolders: StagingFolders;
  /** @default all files */
  readonly paths?: readonly UploadPath[];
  readonly signal: AbortSignal;
}

/** Asks the mounts first: what they finish meanwhile is in no journal any more. */
export async function findUploads(options: FindOptions): Promise<FoundUploads> {
  const { runtimeFolder, stagingFolders, paths } = options;
  const mounts = await mountsWithUploads(runtimeFolder);
  const asked = mounts.flatMap((mount) =>
    pathsFor(mount, paths).map((path) => [mount, path] as const),
  );
  const failures: unknown[] = [];
  const byKey = new Map<string, FoundUpload>();
  for (const [mount, path] of asked) {
    for (const upload of await listOf(mount, path, failures, options.signal))
      byKey.set(keyOf(upload.file), { ...upload, isFinal: upload.isFinal === true, mount });
  }
  const folders = [
    ...new Set([...(await stagingFolders.all()), ...mounts.map(({ status }) => status.stagingDir)]),
  ];
  for (const staged of await stagedUploads(...folders)) {
    const known = byKey.get(keyOf(staged.file));
    const isWanted =
      paths === undefined ||
      paths.some((path) => isShownAt(staged, path) && mayBeIn(path, staged, mounts));
    if (known !== undefined) byKey.set(keyOf(staged.file), withJournal(known, staged));
    else if (isWanted) byKey.set(keyOf(staged.file), foundByJournal(staged, mounts));
  }
  const named = [...byKey.values()].filter((upload) => isNamed(upload, paths));
  return { uploads: named.toSorted(byAge), asked, failures, folders };
}

/** The journal says more precisely why a file was interrupted. */
function withJournal(known: FoundUpload, staged: StagedUpload): FoundUpload {
  const why = known.state === "interrupted" ? staged.why : undefined;
  return { ...known, staged, ...(why === undefined ? {} : { why }) };
}

/** What the mount is to be asked for. */
function pathsFor(
  { status }: MountWithUploads,
  paths: readonly UploadPath[] | undefined,
): readonly (string | undefined)[] {
  if (paths === undefined) return [undefined];
  // The mount knows a file by the staging file, so all of its files are compared.
  if (paths.some(({ kind }) => kind === "staged")) return [undefined];
  return paths.flatMap((path) => {
    if (path.kind === "staged") return [];
    if (path.mountPoint === undefined) return [path.path];
    const isAbove = path.mountPoint === status.mountPoint && status.isDetached !== true;
    return isAbove ? [path.path] : [];
  });
}

/** A path in a mount names no files of other mounts, nor those that were left behind for another server. */
function mayBeIn(
  path: UploadPath,
  { isLive, pid, apiServer }: StagedUpload,
  mounts: readonly MountWithUploads[],
): boolean {
  if (path.kind === "staged" || path.mountPoint === undefined) return true;
  const { mountPoint } = path;
  const mount = mounts.find(({ status }) => {
    return status.mountPoint === mountPoint && status.isDetached !== true;
  });
  if (isLive) return mount !== undefined && pid === mount.status.pid;
  return mount === undefined || apiServer === undefined || apiServer === mount.status.apiServer;
}

async function listOf(
  mount: MountWithUploads,
  path: string | undefined,
  failures: unknown[],
  signal: AbortSignal,
): Promise<readonly ListedUpload[]> {
  try {
    return await mount.list(path, signal);
  } catch (error) {
    signal.throwIfAborted();
    // It has ended meanwhile, or is of an older version: the journals say what there is.
    if (reasonOf(error) !== "not-found" && !isUnknownRequest(error)) failures.push(error);
    return [];
  }
}

/** The same file, whatever links lead to the state folder: the names of staging folders are random. */
function keyOf(file: string): string {
  return join(basename(dirname(file)), basename(file));
}

function foundByJournal(staged: StagedUpload, mounts: readonly MountWithUploads[]): FoundUpload {
  const { file, sizeBytes, resultFile, why } = staged;
  const mount = staged.isLive && staged.host === undefined ? mountOf(staged, mounts) : undefined;
  return {
    file,
    ...(resultFile === undefined ? {} : { path: mountPathOf(resultFile) }),
    state: stateOf(staged),
    sizeBytes,
    ...(why === undefined ? {} : { why }),
    isFinal: why !== undefined && isFinalFailure(why),
    ...(mount === undefined ? {} : { mount }),
    staged,
  };
}

function mountOf(
  { pid }: StagedUpload,
  mounts: readonly MountWithUploads[],
): MountWithUploads | undefined {
  return mounts.find(({ status }) => status.pid === pid);
}

function stateOf({ isLive, why, resultFile, state, awaitsCommit }: StagedUpload): UploadState {
  if (!isLive) return "left behind";
  if (state === "interrupted") return "interrupted";
  if (why !== undefined) return "failed";
  if (state === "open") return "being written";
  const awaitsRename = resultFile !== undefined && stagedNameOf(resultFile.path).awaitsRename;
  if (awaitsRename) return "awaiting rename";
  return awaitsCommit === true ? "awaiting commit" : "pending";
}

/** A mount that was asked for all files returns more than the paths name. */
function isNamed(upload: FoundUpload, paths: readonly UploadPath[] | undefined): boolean {
  if (paths === undefined) return true;
  const isAllAsked = paths.some(({ kind }) => kind === "staged");
  return !isAllAsked || paths.some((path) => isAt(upload, path));
}

/** Whether `path` names `upload`. Of a mount that replaced Ids in the path, only the mount can tell. */
export function isAt(upload: FoundUpload, path: UploadPath): boolean {
  if (path.kind === "staged") return keyOf(upload.file) === keyOf(path.file);
  const isOther =
    path.mountPoint !== undefined &&
    upload.mount !== undefined &&
    upload.mount.status.mountPoint !== path.mountPoint;
  return !isOther && upload.path !== undefined && isBelow(upload.path, path.path);
}

function byAge(a: FoundUpload, b: FoundUpload): number {
  const modifiedMs = ({ staged }: FoundUpload): number => staged?.modified.getTime() ?? Infinity;
  return modifiedMs(a) === modifiedMs(b) ? 0 : modifiedMs(a) - modifiedMs(b);
}
