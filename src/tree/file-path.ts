/*
 * How the path of a file in BaseSpace is cut into the names of folders and of the file. Paths are only ever cut
 * at `/`, so whatever one says (`../x`, `/etc`, `a//b`), the file stays below its root.
 *
 * BaseSpace takes paths of any length, the kernel 4096 bytes for the whole path in the mount, and programs that
 * walk a tree spend a descriptor or more on each level. What is longer than the kernel takes stays one segment, whose
 * slashes a name cannot hold: the file shows in the top folder, under one encoded name with its Id.
 */

/** Bytes of UTF-8 of a path below `files`: PATH_MAX without room for the mount point and the owner's folders. */
export const MAX_FILE_PATH_BYTES = 3072;

/** The names of the folders that `path` is in, from the top; empty for a file in the top folder. */
export function foldersOf(path: string): string[] {
  return isPathTooLong(path) ? [] : path.split("/").slice(0, -1);
}

/** What `path` is called in its folder. */
export function lastSegmentOf(path: string): string {
  return isPathTooLong(path) ? path : path.slice(path.lastIndexOf("/") + 1);
}

/** True for what shows under one name in the top folder. */
export function isPathTooLong(path: string): boolean {
  // Most are far too short to be measured.
  return path.length * 3 > MAX_FILE_PATH_BYTES && Buffer.byteLength(path) > MAX_FILE_PATH_BYTES;
}
