import type { Config } from "../config/config.ts";
import { describeError } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import { stagingFolderOf } from "../session/staged-uploads.ts";
import { type StagedUpload, stagedUploads, tidyStaging } from "../write/leftovers.ts";
import { shownPathOf } from "../write/result-file.ts";

/** At most this many files are logged. */
const MAX_LOGGED = 100;

/** Removes staged files of ended mounts that BaseSpace has, and logs those that it does not have. */
export async function tidyLeftBehind(config: Config, logger: Logger): Promise<void> {
  if (config.mount.readOnly) return;
  try {
    const left = await tidyStaging(stagingFolderOf(config));
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

/** One line about the files that ended mounts left behind; undefined when there are none. */
export async function leftBehindNotice(stagingFolder: string): Promise<string | undefined> {
  const left = (await allStaged(stagingFolder)).filter(({ isLive }) => !isLive);
  if (left.length === 0) return undefined;
  const files = left.length === 1 ? "1 file" : `${left.length} files`;
  return `earlier mounts left ${files} behind that BaseSpace does not have: bsmount uploads list`;
}

/** Empty when staging cannot be read: the mount is live, and a notice is not worth failing for. */
async function allStaged(stagingFolder: string): Promise<readonly StagedUpload[]> {
  return await stagedUploads(stagingFolder).catch(() => []);
}
