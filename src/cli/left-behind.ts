import type { Config } from "../config/resolve.ts";
import { describeError } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import { stagingFolderOf } from "../session/staged-uploads.ts";
import { type StagedUpload, stagedUploads, tidyStaging } from "../write/leftovers.ts";
import { shownPathOf } from "../write/result-file.ts";

/** A log names so many files at most. */
const MAX_LOGGED = 100;

/** Removes what mounts that have ended left in staging and BaseSpace has, and logs what it has not. */
export async function tidyLeftBehind(config: Config, logger: Logger): Promise<void> {
  if (config.mount.readOnly) return;
  try {
    const left = await tidyStaging(stagingFolderOf(config));
    for (const { file, sizeBytes, place, why } of left.slice(0, MAX_LOGGED)) {
      const path = place === undefined ? undefined : shownPathOf(place);
      logger.warn({ file, sizeBytes, path, why }, "an earlier mount left this file, not uploaded");
    }
  } catch (error) {
    logger.warn({ error: describeError(error) }, "cannot look for what earlier mounts left behind");
  }
}

/** What mounts that have ended left behind, on one line for the user; undefined when there is nothing. */
export async function leftBehindNotice(config: Config): Promise<string | undefined> {
  const left = (await allStaged(config)).filter(({ isLive }) => !isLive);
  if (left.length === 0) return undefined;
  const files = left.length === 1 ? "1 file" : `${left.length} files`;
  return `earlier mounts left ${files} behind that BaseSpace does not have: bsmount uploads list`;
}

/** The mount is live; that it cannot be told what others left does not take it down. */
async function allStaged(config: Config): Promise<readonly StagedUpload[]> {
  return await stagedUploads(stagingFolderOf(config)).catch(() => []);
}
