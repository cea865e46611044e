import type { Answer } from "../core/answer.ts";
import type { Brand } from "../core/brand.ts";
import type { OthersWrite } from "../write/file-writer.ts";

/** Inode number, 1 to 2^32 - 2; the root is 1. Unique within a mount. */
export type Ino = Brand<number, "Ino">;

/** An open file or directory, a positive 31-bit number. */
export type Handle = Brand<number, "Handle">;

export type { Answer } from "../core/answer.ts";

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

/**
 * A filesystem by inodes, like FUSE's low-level interface; it knows neither FUSE nor HTTP. Everything
 * but lookup takes an inode that a lookup or readdir of this object has given. Each method throws or
 * rejects with a BsmountError, whose reason `errnoOf` (fs/errno.ts) turns into a number.
 */
/** A file that is open, as /proc can show it. */
export interface OpenHandle {
  readonly handle: Handle;
  readonly ino: Ino;
  /** With a leading slash. */
  readonly path: string;
}

export interface FileSystem {
  readonly root: Ino;

  /** The child `name` of directory `parent`. @throws `not-found`, `not-a-directory`, `name-too-long` */
  lookup(parent: Ino, name: string, signal: AbortSignal): Answer<Attributes>;
  getattr(ino: Ino, signal: AbortSignal): Answer<Attributes>;
  /** The target of a symlink, relative. @throws `invalid` when it is none */
  readlink(ino: Ino, signal: AbortSignal): Answer<string>;
  /**
   * Makes sure that directory `ino` can be listed; costs nothing while its listing is fresh.
   * @throws `not-found`, `not-a-directory` and what listing can throw
   */
  opendir(ino: Ino, signal: AbortSignal): Answer<void>;
  /** All entries, `.` and `..` included, in the order they are shown. @throws `not-a-directory` */
  readdir(ino: Ino, signal: AbortSignal): Answer<readonly DirectoryEntry[]>;
  /** `flags` as open(2). @throws `is-a-directory`, `read-only`, `access-denied`, `archived` */
  open(ino: Ino, flags: number, signal: AbortSignal): Answer<Handle>;
  /** Copies bytes into `into`; see `Reader.read`. @throws `bad-handle` and what reading can throw */
  read(handle: Handle, offset: number, into: Uint8Array, signal: AbortSignal): Answer<number>;
  /**
   * Writes all of `bytes`, which must stay as they are until the answer.
   * @throws `bad-handle` when it was not opened for writing, `no-space`, `too-big`
   */
  write(handle: Handle, offset: number, bytes: Uint8Array, signal: AbortSignal): Answer<number>;
  ftruncate(handle: Handle, sizeBytes: number, signal: AbortSignal): Answer<void>;
  /**
   * A descriptor of `handle` was closed. When it was the last one that writes, the file is finished before
   * the answer, however long that takes.
   * @throws what uploading can throw
   */
  flush(handle: Handle, othersWrite: OthersWrite, signal: AbortSignal): Answer<void>;
  /** Returns when what was written is on the local disk. */
  fsync(handle: Handle, signal: AbortSignal): Answer<void>;
  /** The inode that was opened. @throws `bad-handle` */
  inoOf(handle: Handle): Ino;
  /** The handles that were opened for writing and not released, each with its path in the mount. */
  openForWriting(): readonly OpenHandle[];
  /** Never fails: an unknown handle is ignored. What is unfinished goes up in the background. */
  release(handle: Handle): void;
  statfs(): Answer<FileSystemStatistics>;
  /** `mask` as access(2): refuses writing where nothing can be written. */
  access(ino: Ino, mask: number, signal: AbortSignal): Answer<void>;
  /** The value of an extended attribute. @throws `no-attribute`, `not-supported` */
  getxattr(ino: Ino, name: string, signal: AbortSignal): Answer<Uint8Array>;
  listxattr(ino: Ino, signal: AbortSignal): Answer<readonly string[]>;
  /** Operations that change the tree; a read-only filesystem refuses each with a reason. */
  readonly change: ChangeOperations;
}

export type { OthersWrite } from "../write/file-writer.ts";

/** What may not be changed is refused with `read-only`, what BaseSpace can never do with `never-possible`. */
export interface ChangeOperations {
  /** A new file, open for writing. */
  create(parent: Ino, name: string, mode: number, signal: AbortSignal): Answer<Handle>;
  mkdir(parent: Ino, name: string, mode: number, signal: AbortSignal): Answer<void>;
  unlink(parent: Ino, name: string, signal: AbortSignal): Answer<void>;
  rmdir(parent: Ino, name: string, signal: AbortSignal): Answer<void>;
  rename(from: Ino, name: string, to: Ino, newName: string, signal: AbortSignal): Answer<void>;
  symlink(parent: Ino, name: string, signal: AbortSignal): Answer<void>;
  link(ino: Ino, parent: Ino, name: string, signal: AbortSignal): Answer<void>;
  mknod(parent: Ino, name: string, mode: number, signal: AbortSignal): Answer<void>;
  truncate(ino: Ino, sizeBytes: number, signal: AbortSignal): Answer<void>;
  chmod(ino: Ino, signal: AbortSignal): Answer<void>;
  chown(ino: Ino, signal: AbortSignal): Answer<void>;
  utimens(ino: Ino, signal: AbortSignal): Answer<void>;
  setxattr(ino: Ino, name: string, value: Uint8Array, signal: AbortSignal): Answer<void>;
  removexattr(ino: Ino, name: string, signal: AbortSignal): Answer<void>;
}
