import { describeError } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import type { Removing } from "./removing.ts";
import type { StagedFile } from "./staged-file.ts";

/** The session ends, and `file` stays in staging for the next one: the log names it, and the journal says why. */
export async function leaveInStaging(file: StagedFile, logger: Logger): Promise<void> {
  const { content, path, resultPath, whyLeft: why } = file;
  file.noteWhyLeft();
  const what = { path, resultPath, why };
  logger.error(what, "the mount ends, and a file stays in staging, not uploaded");
  try {
    await content.leave();
  } catch (error) {
    const lost = { path, resultPath, error: describeError(error) };
    logger.error(lost, "the mount ends, and the disk does not take a file that was in memory");
  }
}

/** The session ends, and BaseSpace has `file`: its bytes stay only while what it has replaced lacks whiteouts. */
export async function endComplete(file: StagedFile, removing: Removing): Promise<void> {
  if (file.lacksWhiteouts) await removing.replaced(file);
  if (file.isRemovedWhileOpen || file.lacksWhiteouts) await file.content.leave();
  else await file.content.evict();
}
