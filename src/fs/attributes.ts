import type { Attributes, Ino, NodeType } from "./file-system.ts";

/** The user and group that own the tree. */
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
 * The size of one kernel request. Programs choose their buffers by it: htslib reads 32 KiB at a time instead of
 * 4 KiB, and a buffered read at a random offset fetches no more than the kernel would.
 */
const BLOCK_SIZE_BYTES = 128 * 1024;

/** The allocation unit of common local disks, so that `du` counts the same on the mount and on a copy. */
const ALLOCATION_BYTES = 4096;

/** The size of a small local directory, so that `du` counts the same on the mount and on a copy. */
export const DIRECTORY_SIZE_BYTES = 4096;

export interface ShownNode {
  readonly ino: Ino;
  readonly type: NodeType;
  readonly sizeBytes: number;
  /** Milliseconds since 1970; a date before that is shown as 1970. */
  readonly mtimeMs: number;
}

/** The reply to stat(2). A directory has one link, because its subdirectories are not counted. */
export function attributesOf(
  { ino, type, sizeBytes, mtimeMs }: ShownNode,
  owner: Owner,
): Attributes {
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
