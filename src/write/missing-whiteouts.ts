import type { JournaledFile } from "./journaled-file.ts";
import { isRemovedWhileOpen } from "./temporary-names.ts";

/*
 * What a new version has replaced gets its whiteout when that is complete. A process can be killed in between: then
 * BaseSpace has both, and only the journal says what was to be hidden.
 */

/** Whether BaseSpace has `file`, and the process may have ended before what it replaced had whiteouts. */
export function mayLackWhiteouts(file: JournaledFile): boolean {
  if (file.state !== "finished" || isRemovedWhileOpen(file.resultFile?.path ?? "")) return false;
  return file.toCover !== undefined || wasBeingRenamed(file);
}

/** It was completed under another name than it has: the process ended before the rename took effect here. */
export function wasBeingRenamed({ completed, resultFile }: JournaledFile): boolean {
  return completed !== undefined && completed.uploadPath !== resultFile?.path;
}

/** As {@link mayLackWhiteouts}, for a file whose bytes are lost: BaseSpace may have them without the journal saying so. */
export function mayHaveReplaced(file: JournaledFile): boolean {
  const { isInMemory, shown, state, wholes = [] } = file;
  const wasSent = state === "closed" && isInMemory === true && wholes.length > 0;
  return mayLackWhiteouts(file) || (wasSent && typeof shown === "string");
}
