import {
  pathInResult,
  type ResumableUpload,
  resumableUploads,
} from "../api/transfers/resumable-uploads.ts";
import { BsmountError } from "../core/errors.ts";
import { cameAfter } from "../write/came-after.ts";
import { type StagedUpload, stagedUploads } from "../write/leftovers.ts";
import { shownPathOf } from "../write/result-file.ts";
import type { Staging } from "../write/staging.ts";
import type { StagingFolders } from "../write/staging-folders.ts";
import type { ShownFiles } from "./newest-by-path.ts";
import { namedFiles } from "./unfinished-errors.ts";

/*
 * An app result that was completed or aborted takes no more files. Files of it that other mounts have not uploaded would
 * be lost to it; so other mounts are asked first, and the staging folder is searched.
 */

/** An app result that is to get another status. */
export interface EndingResult {
  /** The origin of the API server. */
  readonly apiServer: string;
  readonly appResultId: string;
  /** The beginning of the message: `cannot make r Complete`. */
  readonly what: string;
}

/**
 * Asks other mounts for files of the result.
 * @throws BsmountError `unfinished` when one has files of it that are not in BaseSpace
 */
export type RefuseElsewhere = (result: EndingResult, signal: AbortSignal) => Promise<void>;

/** The staging of this session. */
export type SessionStaging = Pick<Staging, "isOwn" | "parents">;

/**
 * Checks that every folder is there in which files were staged before: nobody can see what is in one whose disk is away.
 * @throws BsmountError `unfinished`
 */
export async function refuseMissingStaging(
  { what }: EndingResult,
  folders: Pick<StagingFolders, "missing">,
): Promise<void> {
  // One at a time: the next attempt names the next one.
  const [folder] = await folders.missing();
  if (folder === undefined) return;
  const problem = `${what}: the staging folder ${folder} is not there, and a mount may have left files of it in it`;
  throw new BsmountError("unfinished", problem, {
    remedy:
      "mount its disk and run it again; if the folder is gone for good, " +
      `bsmount uploads discard ${folder} forgets it`,
  });
}

/**
 * Checks that staging has no files of the result that another session wrote. A file that an ended process left behind
 * does no harm when BaseSpace has a newer one at its path: somebody has written it again. If BaseSpace has an older one,
 * the staged file was to replace it, and the check fails.
 *
 * @param remoteFiles those that BaseSpace has
 * @throws BsmountError `unfinished`
 */
export async function refuseStaged(
  { apiServer, appResultId, what }: EndingResult,
  staging: SessionStaging,
  remoteFiles: () => Promise<ShownFiles>,
): Promise<void> {
  // Recognised by the folder: in a container a process can have the number of one that ended before.
  const staged = await stagedUploads(...(await staging.parents()));
  const uploads = staged.filter(
    ({ resultFile, apiServer: server, file }) =>
      resultFile?.appResultId === appResultId && server === apiServer && !staging.isOwn(file),
  );
  if (uploads.length === 0) return;
  // Files in a folder that this session has taken over, which it could not open, are left behind as well.
  const live = uploads.find(({ isLive, pid }) => isLive && pid !== process.pid);
  if (live !== undefined) throw stagedByOtherError(what, live);
  const files = await remoteFiles();
  const left = uploads.filter((upload) => {
    const remote = files.get(upload.resultFile?.path ?? "");
    return remote === undefined || !cameAfter(remote, { ...upload, modifiedMs: +upload.modified });
  });
  if (left.length > 0) throw leftoversError(what, left);
}

/**
 * Checks that no copy into the result is unfinished: one that was interrupted could not be continued after the result is
 * complete. It does no harm when BaseSpace has a newer file at its path, by the date of BaseSpace for both.
 *
 * @param folder that of the journals of uploads
 * @param remoteFiles those that BaseSpace has
 * @throws BsmountError `unfinished`
 */
export async function refuseResumableUploads(
  { apiServer, appResultId, what }: EndingResult,
  folder: string,
  remoteFiles: () => Promise<ShownFiles>,
): Promise<void> {
  const copies: (readonly [path: string, upload: ResumableUpload])[] = [];
  for (const upload of await resumableUploads(folder)) {
    const path = pathInResult(upload, { apiServer, appResultId });
    if (path !== undefined) copies.push([path, upload]);
  }
  if (copies.length === 0) return;
  const files = await remoteFiles();
  const [unfinished] = copies.filter(([path, { begun }]) => {
    return (files.get(path)?.dateCreatedMs ?? -Infinity) <= begun.getTime();
  });
  if (unfinished !== undefined) throw unfinishedCopyError(what, ...unfinished);
}

function unfinishedCopyError(
  what: string,
  path: string,
  { journal }: ResumableUpload,
): BsmountError {
  const problem = `${what}: a bsmount cp to ${path} runs, or was interrupted`;
  return new BsmountError("unfinished", problem, {
    remedy: `wait for it, or give the same command again, which continues it; to abandon the copy, remove ${journal}`,
  });
}

function stagedByOtherError(what: string, { pid, host, resultFile }: StagedUpload): BsmountError {
  const process = `process ${pid ?? "?"}${host === undefined ? "" : ` on ${host}`}`;
  const problem = `${what}: ${process} has not uploaded ${shownPath(resultFile)} yet`;
  const wait = "wait until its files are closed and uploaded; bsmount uploads list shows them";
  const ended = "; if that process has ended, upload them with bsmount cp, or remove them";
  const remedy = host === undefined ? wait : wait + ended;
  return new BsmountError("unfinished", problem, { remedy });
}

const REMEDY_FOR_CLOSED =
  "mount again, which continues the uploads, or bsmount uploads resume; bsmount uploads list says why a file was " +
  "not uploaded, export copies its bytes, and discard gives it up";

/** `--upload-interrupted` is about the files of a mount: without one, nothing has taken these over. */
const REMEDY_FOR_INTERRUPTED =
  "bsmount uploads resume --interrupted uploads what was not closed as it is; or mount and write it again; or bsmount " +
  "uploads discard gives it up";

function leftoversError(what: string, left: readonly StagedUpload[]): BsmountError {
  const were = left.length === 1 ? "was" : "were";
  const files = namedFiles(left.map(({ resultFile }) => shownPath(resultFile)));
  const problem = `${what}: a mount that has ended wrote ${files}, which ${were} never uploaded`;
  const isInterrupted = left.some(({ state }) => state !== "closed");
  return new BsmountError("unfinished", problem, {
    remedy: isInterrupted ? REMEDY_FOR_INTERRUPTED : REMEDY_FOR_CLOSED,
  });
}

function shownPath(resultFile: StagedUpload["resultFile"]): string {
  return resultFile === undefined ? "a file" : shownPathOf(resultFile);
}
