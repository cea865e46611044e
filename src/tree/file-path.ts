/*
 * Splits the path of a file in BaseSpace into the names of its folders and of the file. Paths are split at `/` and not
 * resolved, so that every path (`../x`, `/etc`, `a//b`) stays below its root.
 *
 * BaseSpace accepts paths of any length. The kernel accepts 4096 bytes for the whole path on the mount, and programs
 * that walk a tree need a descriptor or more for each level. So a longer path stays one segment: the file is shown in the
 * top folder, under one encoded name with its Id.
 */

/** The most bytes of UTF-8 in a path below `files`: PATH_MAX, less the mount point and the folders of the owner. */
export const MAX_FILE_PATH_BYTES = 3072;

/** The names of the folders of `path`, from the top; empty for a file in the top folder. */
export function foldersOf(path: string): string[] {
  return isPathTooLong(path) ? [] : path.split("/").slice(0, -1);
}

/** The name of `path` in its folder. */
export function lastSegmentOf(path: string): string {
  return isPathTooLong(path) ? path : path.slice(path.lastIndexOf("/") + 1);
}

/** True for a path that is shown under one name in the top folder. */
export function isPathTooLong(path: string): boolean {
  // Most paths are too short for the exact check.
  return path.length * 3 > MAX_FILE_PATH_BYTES && Buffer.byteLength(path) > MAX_FILE_PATH_BYTES;
}
