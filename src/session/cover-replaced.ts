import type { FileItem } from "../catalog/catalog.ts";
import { compareIds } from "../core/compare-ids.ts";
import type { FileId } from "../core/ids.ts";
import { isDone, type JournaledFile } from "../write/journal-events.ts";
import type { KnownFile } from "../write/known-file.ts";
import { isRemovedWhileOpen } from "../write/temporary-names.ts";
import type { Whiteouts } from "../write/whiteouts.ts";

/*
 * What a new version has replaced gets its whiteout when that is complete. A mount can be killed in between: BaseSpace has
 * both then, and the journal says what was to be hidden.
 */

/** Whether BaseSpace has `file`, and the process may have ended before what it replaced had whiteouts. */
export function mayLackWhiteouts(file: JournaledFile): boolean {
  if (file.state !== "finished" || isRemovedWhileOpen(file.resultFile?.path ?? "")) return false;
  return file.toCover !== undefined || wasBeingRenamed(file);
}

/** It was completed under another name than it has: the process ended before the rename took effect here. */
function wasBeingRenamed({ completed, resultFile }: JournaledFile): boolean {
  return completed !== undefined && completed.uploadPath !== resultFile?.path;
}

/**
 * Hides what `file`, which BaseSpace has as `fileId`, has replaced. Whiteouts that there are stay.
 * @param listed all files of its app result
 * @throws BsmountError `no-space`, `environment`
 */
export async function coverReplaced(
  file: KnownFile,
  { fileId, listed }: { readonly fileId: FileId; readonly listed: readonly FileItem[] },
  whiteouts: Whiteouts,
): Promise<void> {
  const { toCover = [], shown, completed, resultFile } = file;
  const before = isDone(file) || typeof shown !== "string" ? toCover : [...toCover, shown];
  const path = isDone(file) ? (completed?.uploadPath ?? resultFile.path) : resultFile.path;
  const older = wasBeingRenamed(file) ? listed.filter((item) => item.path === path) : [];
  const ids = [...before, ...older.map(({ id }) => id)];
  const replaced = ids.filter((id) => compareIds(id, fileId) < 0);
  await whiteouts.cover(
    resultFile,
    replaced.map((id) => ({ id, path })),
  );
}
