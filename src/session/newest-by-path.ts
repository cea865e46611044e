import type { FileItem } from "../catalog/catalog.ts";
import { compareIds } from "../core/compare-ids.ts";

/** What each path of a result shows in BaseSpace. */
export type ShownFiles = ReadonlyMap<string, FileItem>;

/** The newest file of each path. */
export function newestByPath(files: readonly FileItem[]): ShownFiles {
  const newest = new Map<string, FileItem>();
  for (const file of files) {
    const known = newest.get(file.path);
    if (known === undefined || isNewer(file, known)) newest.set(file.path, file);
  }
  return newest;
}

/** Dates are whole seconds. */
function isNewer(item: FileItem, other: FileItem): boolean {
  const laterMs = item.dateCreatedMs - other.dateCreatedMs;
  return laterMs > 0 || (laterMs === 0 && compareIds(item.id, other.id) > 0);
}
