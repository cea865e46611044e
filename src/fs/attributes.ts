import type { Attributes, Ino, NodeType } from "./file-system.ts";

/** Whom the tree belongs to. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
  /** Permission bits to take away, such as 0o077. */
  readonly umask: number;
}

const TYPE_AND_PERMISSIONS: Readonly<Record<NodeType, number>> = {
  directory: 0o040755,
  file: 0o100644,
  symlink: 0o120777,
};

/**
 * One kernel request. Programs take their buffers from it: htslib reads 32 KiB at a time instead of
 * 4 KiB, while a buffered read at a random place does not fetch more than the kernel would.
 */
const BLOCK_SIZE_BYTES = 128 * 1024;

/** What a local disk gives a file at the least, so that `du` counts the same on the mount and on a copy. */
const ALLOCATION_BYTES = 4096;

/** As small local directories have, so that `du` counts the same on the mount and on a copy. */
export const DIRECTORY_SIZE_BYTES = 4096;

export interface Shown {
  readonly ino: Ino;
  readonly type: NodeType;
  readonly sizeBytes: number;
  /** Milliseconds since 1970; a date before that is shown as 1970. */
  readonly mtimeMs: number;
}

/** stat(2)'s answer. A directory has one link, as its subdirectories are not counted. */
export function attributesOf({ ino, type, sizeBytes, mtimeMs }: Shown, owner: Owner): Attributes {
  const timeMs = Math.max(0, Math.trunc(mtimeMs)) || 0;
  return {
    ino,
    type,
    mode:
      type === "symlink" ? TYPE_AND_PERMISSIONS[type] : TYPE_AND_PERMISSIONS[type] & ~owner.umask,
    nlink: 1,
    uid: owner.uid,
    gid: owner.gid,
    sizeBytes,
    // A short target lives in the inode, here as on a local disk.
    blocks: type === "symlink" ? 0 : blocksOf(sizeBytes),
    blockSizeBytes: BLOCK_SIZE_BYTES,
    atimeMs: timeMs,
    mtimeMs: timeMs,
    ctimeMs: timeMs,
  };
}

/** Whole allocations, in units of 512 bytes. */
function blocksOf(sizeBytes: number): number {
  return Math.ceil(sizeBytes / ALLOCATION_BYTES) * (ALLOCATION_BYTES / 512);
}
