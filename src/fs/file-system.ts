/*
 * Begin here: the operations of a file system over BaseSpace, by inodes. `create-file-system.ts` implements them:
 *
 * - an inode leads to a node of the tree (`inode-table.ts`), its attributes are made in `node-attributes.ts`
 * - `open-files.ts` opens a file: with a reader of `read/`, as a snapshot (`snapshots.ts`), or with a writer of `write/`
 *   (`writing.ts`); `handle-table.ts` keeps what is open, and each call with a handle goes straight to it
 * - `tree-changes.ts` and `renaming.ts` change the tree by the rules of `writable-folder.ts` and `names.ts`; what can
 *   never be changed is refused in `refused-changes.ts`
 * - `errno.ts` turns the reason of an error into a number
 *
 * `fuse/` calls these operations; `session/` composes the file system.
 */

import type { MaybePromise } from "../core/maybe-promise.ts";
import type { Brand } from "../core/brand.ts";
import type { AskWriters } from "../write/file-writer.ts";

/** Inode number, 1 to 2^32 - 2; the root is 1. Unique within a mount. */
export type Ino = Brand<number, "Ino">;

/** An open file or directory, a positive 31-bit number. */
export type Handle = Brand<number, "Handle">;

export type { MaybePromise } from "../core/maybe-promise.ts";

export type NodeType = "directory" | "file" | "symlink";

/** As stat(2). Times are milliseconds since 1970, never negative. */
export interface Attributes {
  readonly ino: Ino;
  readonly type: NodeType;
  /** Type and permission bits, as st_mode. */
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  /** Number of 512-byte units, as st_blocks. */
  readonly blocks: number;
  readonly blockSizeBytes: number;
  readonly atimeMs: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
}

export interface DirectoryEntry {
  readonly name: string;
  readonly ino: Ino;
  readonly type: NodeType;
}

/** As statvfs(3); one block is `blockSizeBytes`. */
export interface FileSystemStatistics {
  readonly blockSizeBytes: number;
  readonly totalBlocks: number;
  readonly freeBlocks: number;
  readonly files: number;
  readonly nameMax: number;
}

/** A file that is open for writing. */
export interface OpenHandle {
  readonly handle: Handle;
  readonly ino: Ino;
  /** In the mount, with a leading slash. */
  readonly path: string;
}

/**
 * A file system by inodes, like FUSE's low-level interface; it knows neither FUSE nor HTTP. Every method but lookup
 * and find takes an inode that a lookup or readdir of this object returned. Each method throws or rejects with a BsmountError,
 * whose reason `errnoOf` (fs/errno.ts) turns into a number.
 */
export interface FileSystem {
  readonly root: Ino;

  /** The child `name` of directory `parent`. @throws `not-found`, `not-a-directory`, `name-too-long` */
  lookup(parent: Ino, name: string, signal: AbortSignal): MaybePromise<Attributes>;
  /** As {@link lookup}, for a call whose caller does not see the attributes, such as the size. */
  find(parent: Ino, name: string, signal: AbortSignal): MaybePromise<Ino>;
  getattr(ino: Ino, signal: AbortSignal): MaybePromise<Attributes>;
  /** The target of a symlink, relative. @throws `invalid` when it is none */
  readlink(ino: Ino, signal: AbortSignal): MaybePromise<string>;
  /**
   * Makes sure that directory `ino` can be listed; costs nothing while its listing is fresh.
   * @throws `not-found`, `not-a-directory` and what listing can throw
   */
  opendir(ino: Ino, signal: AbortSignal): MaybePromise<void>;
  /** All entries, `.` and `..` included, in the order they are shown. @throws `not-a-directory` */
  readdir(ino: Ino, signal: AbortSignal): MaybePromise<readonly DirectoryEntry[]>;
  /** `flags` as open(2). @throws `is-a-directory`, `read-only`, `access-denied`, `archived` */
  open(ino: Ino, flags: number, signal: AbortSignal): MaybePromise<Handle>;
  /** Copies bytes into `into`; see `Reader.read`. @throws `bad-handle` and what reading can throw */
  read(handle: Handle, offset: number, into: Uint8Array, signal: AbortSignal): MaybePromise<number>;
  /**
   * Writes all of `bytes`, which must not change before this returns.
   * @throws `bad-handle` when it was not opened for writing, `no-space`, `too-big`
   */
  write(
    handle: Handle,
    offset: number,
    bytes: Uint8Array,
    signal: AbortSignal,
  ): MaybePromise<number>;
  ftruncate(handle: Handle, sizeBytes: number, signal: AbortSignal): MaybePromise<void>;
  /**
   * A descriptor of `handle` was closed. When it was the last one that writes, the file is finished before this
   * returns, however long that takes.
   * @throws what uploading can throw
   */
  flush(handle: Handle, askWriters: AskWriters, signal: AbortSignal): MaybePromise<void>;
  /** Returns when what was written is on the local disk. */
  fsync(handle: Handle, signal: AbortSignal): MaybePromise<void>;
  /** The inode that was opened. @throws `bad-handle` */
  inoOf(handle: Handle): Ino;
  /** The handles that were opened for writing and not released, each with its path in the mount. */
  openForWriting(): readonly OpenHandle[];
  /** Never fails: an unknown handle is ignored. What is unfinished is uploaded in the background. */
  release(handle: Handle): void;
  statfs(): MaybePromise<FileSystemStatistics>;
  /** `mask` as access(2). @throws `read-only` for W_OK where nothing can be written */
  access(ino: Ino, mask: number, signal: AbortSignal): MaybePromise<void>;
  /** The value of an extended attribute. @throws `no-attribute`, `not-supported` */
  getxattr(ino: Ino, name: string, signal: AbortSignal): MaybePromise<Uint8Array>;
  listxattr(ino: Ino, signal: AbortSignal): MaybePromise<readonly string[]>;
  /** Operations that change the tree; a read-only filesystem refuses each with a reason. */
  readonly change: ChangeOperations;
}

export type { AskWriters, WriterState } from "../write/file-writer.ts";

/** Changes that are not allowed fail with `read-only`, those that BaseSpace can never make with `never-possible`. */
export interface ChangeOperations {
  /** A new file, open for writing. */
  create(parent: Ino, name: string, mode: number, signal: AbortSignal): MaybePromise<Handle>;
  mkdir(parent: Ino, name: string, mode: number, signal: AbortSignal): MaybePromise<void>;
  unlink(parent: Ino, name: string, signal: AbortSignal): MaybePromise<void>;
  rmdir(parent: Ino, name: string, signal: AbortSignal): MaybePromise<void>;
  rename(
    from: Ino,
    name: string,
    to: Ino,
    newName: string,
    signal: AbortSignal,
  ): MaybePromise<void>;
  symlink(parent: Ino, name: string, signal: AbortSignal): MaybePromise<void>;
  link(ino: Ino, parent: Ino, name: string, signal: AbortSignal): MaybePromise<void>;
  mknod(parent: Ino, name: string, mode: number, signal: AbortSignal): MaybePromise<void>;
  truncate(ino: Ino, sizeBytes: number, signal: AbortSignal): MaybePromise<void>;
  chmod(ino: Ino, signal: AbortSignal): MaybePromise<void>;
  chown(ino: Ino, signal: AbortSignal): MaybePromise<void>;
  utimens(ino: Ino, signal: AbortSignal): MaybePromise<void>;
  setxattr(ino: Ino, name: string, value: Uint8Array, signal: AbortSignal): MaybePromise<void>;
  removexattr(ino: Ino, name: string, signal: AbortSignal): MaybePromise<void>;
}
