import type { FileItem } from "../catalog/catalog.ts";
import { compareIds } from "../core/compare-ids.ts";
import type { FileId } from "../core/ids.ts";
import { isDone } from "../write/journaled-file.ts";
import type { KnownFile } from "../write/known-file.ts";
import { wasBeingRenamed } from "../write/missing-whiteouts.ts";
import type { Whiteouts } from "../write/whiteouts.ts";

/** What BaseSpace completed of a file whose bytes are not needed, or are lost; undefined when it did not. `newest`: by path. */
export function completedId(
  { completed, resultFile, wholes = [], ...file }: KnownFile,
  newest: ReadonlyMap<string, Pick<FileItem, "etag" | "id">>,
): FileId | undefined {
  if (isDone(file)) return completed?.fileId;
  const shown = newest.get(resultFile.path);
  // The process ended before it knew that BaseSpace had this content.
  const isSent = wholes.some(({ md5 }) => md5 === shown?.etag?.toLowerCase());
  return isSent ? shown?.id : undefined;
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
