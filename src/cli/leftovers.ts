import type { Config } from "../config/config.ts";
import { describeError } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import { stagingFoldersOf } from "../session/open-staging.ts";
import { type StagedUpload, tidyStaging } from "../write/leftovers.ts";
import type { StagingFolders } from "../write/staging-folders.ts";
import { shownPathOf } from "../write/result-file.ts";
import { stagedNameOf } from "../write/temporary-names.ts";

/** At most this many files are logged. */
const MAX_LOGGED = 100;

/** Removes staged files of ended mounts that BaseSpace has, and logs those that it does not have. */
export async function tidyLeftovers(config: Config, logger: Logger): Promise<void> {
  if (config.mount.readOnly) return;
  try {
    const folders = await stagingFoldersOf(config.folders).all();
    const left = (await Promise.all(folders.map(async (each) => await tidyStaging(each)))).flat();
    for (const { file, sizeBytes, resultFile, why } of left.slice(0, MAX_LOGGED)) {
      const path = resultFile === undefined ? undefined : shownPathOf(resultFile);
      logger.warn({ file, sizeBytes, path, why }, "an earlier mount left this file, not uploaded");
    }
  } catch (error) {
    logger.warn(
      { error: describeError(error) },
      "cannot search for files that earlier mounts left behind",
    );
  }
}

/**
 * One line about the files that ended mounts left behind and that nobody uploads; undefined when there are none.
 * @param pid that of a new mount, which has adopted what it could
 */
export async function leftoversNotice(
  folders: StagingFolders,
  pid?: number,
): Promise<string | undefined> {
  const left = (await allStaged(folders)).filter(
    (upload) => !upload.isLive || (upload.pid === pid && !isClosed(upload)),
  );
  if (left.length === 0) return undefined;
  return `earlier mounts left ${filesOf(left)} behind that BaseSpace does not have: bsmount uploads list`;
}

/** A line about the files that a new mount continues to upload, and one about those that await a commit. */
export async function continuedNotices(
  folders: StagingFolders,
  pid: number,
): Promise<readonly string[]> {
  const own = (await allStaged(folders)).filter((upload) => upload.isLive && upload.pid === pid);
  const continued = own.filter(isContinued);
  const waiting = own.filter(isWaiting);
  const uploading = `uploading ${filesOf(continued)} that earlier mounts left behind`;
  const verb = waiting.length === 1 ? "awaits" : "await";
  const awaiting = `${filesOf(waiting)} that earlier mounts left behind ${verb} a commit: bsmount uploads commit`;
  return [
    ...(continued.length === 0 ? [] : [uploading]),
    ...(waiting.length === 0 ? [] : [awaiting]),
  ];
}

function isContinued(upload: StagedUpload): boolean {
  return isClosed(upload) && upload.awaitsCommit !== true;
}

function isWaiting(upload: StagedUpload): boolean {
  return isClosed(upload) && upload.awaitsCommit === true;
}

/** Whether nothing but a commit, at most, is missing before it is uploaded. */
function isClosed({ state, resultFile, why }: StagedUpload): boolean {
  const isFinal = resultFile !== undefined && !stagedNameOf(resultFile.path).awaitsRename;
  return state === "closed" && isFinal && why === undefined;
}

function filesOf(files: readonly unknown[]): string {
  return files.length === 1 ? "1 file" : `${files.length} files`;
}

/** Empty when staging cannot be read: the mount is live, and a notice is not worth failing for. */
async function allStaged(folders: StagingFolders): Promise<readonly StagedUpload[]> {
  return await folders.uploads().catch(() => []);
}
