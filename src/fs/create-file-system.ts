import { constants } from "node:fs";
import { type MaybePromise, andThen, orElse } from "../core/maybe-promise.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import { BsmountError, reasonOf } from "../core/errors.ts";
import type { Readers } from "../read/reader.ts";
import { NAME_MAX_BYTES } from "../tree/candidate-name.ts";
import { type Node, parentOf, pathOf, targetOf } from "../tree/node.ts";
import type { PathTree } from "../tree/path-tree.ts";
import type { Owner } from "./attributes.ts";
import type {
  Attributes,
  ChangeOperations,
  DirectoryEntry,
  FileSystem,
  FileSystemStatistics,
  Handle,
  Ino,
  OpenHandle,
  AskWriters,
} from "./file-system.ts";
import { HandleTable } from "./handle-table.ts";
import { InodeTable, ROOT_INO } from "./inode-table.ts";
import { checkLookedUpName } from "./names.ts";
import { NodeAttributes } from "./node-attributes.ts";
import { OpenFiles, wantsToWrite } from "./open-files.ts";
import { refuseReadOnly, refusedChanges } from "./refused-changes.ts";
import { Snapshots } from "./snapshots.ts";
import { StagedFile } from "../write/staged-file.ts";
import { treeChanges } from "./tree-changes.ts";
import { isAppResult, isWritable, WRITE_MODE } from "./writable-folder.ts";
import { Writing, type WritingOptions } from "./writing.ts";

export interface FileSystemOptions {
  readonly tree: PathTree;
  readonly readers: Readers;
  readonly owner: Owner;
  /** Absent on a read-only file system: every change is refused. */
  readonly writing?: WritingOptions;
  /** How long the kernel keeps attributes, in milliseconds. @default 2000 */
  readonly attributeTtlMs?: number;
  readonly clock?: Clock;
}

/** Creates a file system over a tree of names, the readers of its files and, if it can be written, staged files. */
export function createFileSystem(options: FileSystemOptions): FileSystem {
  return new TreeFileSystem(options);
}

/**
 * The operations. The node of an inode is brought up to date before it is used, which costs nothing while the listings
 * are fresh; an open file keeps the content that it was opened with.
 */
class TreeFileSystem implements FileSystem {
  readonly root = ROOT_INO;
  readonly change: ChangeOperations;
  readonly #tree: PathTree;
  readonly #inodes: InodeTable;
  readonly #attributes: NodeAttributes;
  readonly #openFiles: OpenFiles;
  readonly #writing: Writing | undefined;
  readonly #handles = new HandleTable();

  constructor({ tree, readers, owner, ...options }: FileSystemOptions) {
    const { clock = systemClock, attributeTtlMs = 2000 } = options;
    const snapshots = new Snapshots({ tree, clock, ttlMs: attributeTtlMs });
    this.#tree = tree;
    this.#inodes = new InodeTable(tree.root);
    this.#attributes = new NodeAttributes({
      inodes: this.#inodes,
      snapshots,
      owner,
      bornMs: clock.now(),
    });
    const writing = options.writing === undefined ? undefined : new Writing(options.writing);
    this.#writing = writing;
    this.#openFiles = new OpenFiles({
      tree,
      attributes: this.#attributes,
      snapshots,
      readers,
      writing,
    });
    this.change =
      writing === undefined
        ? refusedChanges
        : treeChanges({
            tree,
            nodeOf: (ino) => this.#inodes.nodeOf(ino),
            attributes: this.#attributes,
            handles: this.#handles,
            writing,
            onHidden: (path) => this.#openFiles.hidden(path),
            open: (...call) => this.open(...call),
          });
  }

  lookup(parent: Ino, name: string, signal: AbortSignal): MaybePromise<Attributes> {
    checkLookedUpName(name);
    return andThen(this.#tree.child(this.#inodes.nodeOf(parent), name, signal), (node) =>
      this.#attributes.get(node, signal),
    );
  }

  find(parent: Ino, name: string, signal: AbortSignal): MaybePromise<Ino> {
    checkLookedUpName(name);
    return andThen(this.#tree.child(this.#inodes.nodeOf(parent), name, signal), (node) =>
      this.#inodes.inoOf(node),
    );
  }

  getattr(ino: Ino, signal: AbortSignal): MaybePromise<Attributes> {
    const known = this.#inodes.nodeOf(ino);
    const current = orElse(
      () => this.#tree.current(known, signal),
      (error) => {
        // As after unlink(2), programs that have the file open can still call fstat(2).
        if (reasonOf(error) === "not-found" && this.#handles.isOpen(ino)) return known;
        throw error;
      },
    );
    return andThen(current, (node) => this.#attributes.get(node, signal));
  }

  readlink(ino: Ino, signal: AbortSignal): MaybePromise<string> {
    return andThen(this.#current(ino, signal), (node) => {
      if (node.kind === "link") return targetOf(node);
      throw new BsmountError("invalid", `${pathOf(node)} is not a symbolic link`);
    });
  }

  opendir(ino: Ino, signal: AbortSignal): MaybePromise<void> {
    return andThen(this.#tree.list(this.#inodes.nodeOf(ino), signal), () => {});
  }

  readdir(ino: Ino, signal: AbortSignal): MaybePromise<readonly DirectoryEntry[]> {
    const directory = this.#inodes.nodeOf(ino);
    return andThen(this.#tree.list(directory, signal), (listed) => {
      const entries = [this.#entry(".", directory), this.#entry("..", parentOf(directory))];
      for (const [name, node] of listed) entries.push(this.#entry(name, node));
      return entries;
    });
  }

  open(ino: Ino, flags: number, signal: AbortSignal): MaybePromise<Handle> {
    const known = this.#inodes.nodeOf(ino);
    const current = orElse(
      () => this.#current(ino, signal),
      (error) => this.#replacementOf(known, error, signal),
    );
    return andThen(current, (node) =>
      andThen(wantsToWrite(flags) ? this.#newestOf(node, known, signal) : node, (newest) =>
        andThen(this.#openFiles.open(newest, flags, signal), (file) => this.#handles.add(file)),
      ),
    );
  }

  /** The new version that is shown in place of `known` since it was looked up. @throws `error` if there is none */
  #replacementOf(known: Node, error: unknown, signal: AbortSignal): MaybePromise<Node> {
    if (known.kind !== "file" || reasonOf(error) !== "not-found") throw error;
    const { id } = known.item;
    return andThen(this.#tree.child(known.parent, known.name, signal), (node) => {
      const item = node.kind === "file" ? node.item : undefined;
      if (item instanceof StagedFile && item.replaces.includes(id)) return node;
      throw error;
    });
  }

  /**
   * The file to open for a caller who looked up `known`, which the tree now shows as `node`. If a new version has taken
   * the name since, the caller has to write to that version: a second one would lack the bytes of the first.
   */
  #newestOf(node: Node, known: Node, signal: AbortSignal): MaybePromise<Node> {
    if (node.kind !== "file" || known.kind !== "file" || node.name === known.name) return node;
    return this.#tree.child(node.parent, known.name, signal);
  }

  read(
    handle: Handle,
    offset: number,
    into: Uint8Array,
    signal: AbortSignal,
  ): MaybePromise<number> {
    return this.#handles.get(handle).read(offset, into, signal);
  }

  write(
    handle: Handle,
    offset: number,
    bytes: Uint8Array,
    signal: AbortSignal,
  ): MaybePromise<number> {
    return this.#handles.writerOf(handle).write(offset, bytes, signal);
  }

  ftruncate(handle: Handle, sizeBytes: number, signal: AbortSignal): MaybePromise<void> {
    return this.#handles.writerOf(handle).truncate(sizeBytes, signal);
  }

  flush(handle: Handle, askWriters: AskWriters, signal: AbortSignal): MaybePromise<void> {
    return this.#handles.get(handle).writer?.flush(askWriters, signal);
  }

  fsync(handle: Handle): MaybePromise<void> {
    return this.#handles.get(handle).writer?.sync();
  }

  inoOf(handle: Handle): Ino {
    return this.#handles.get(handle).ino;
  }

  openForWriting(): readonly OpenHandle[] {
    return this.#handles.openForWriting();
  }

  release(handle: Handle): void {
    this.#handles.close(handle);
  }

  /**
   * Reports the room on the staging disk. A read-only file system has no blocks at all, as others that are not on a
   * disk: `df` leaves them out of its list.
   */
  statfs(): MaybePromise<FileSystemStatistics> {
    const blockSizeBytes = 1024 * 1024;
    const empty = { totalBlocks: 0, freeBlocks: 0, files: 0 };
    const fixed = { ...empty, blockSizeBytes, nameMax: NAME_MAX_BYTES };
    const space = this.#writing?.staged.space();
    if (space === undefined) return fixed;
    return space.then(({ totalBytes, freeBytes }) => ({
      ...fixed,
      totalBlocks: Math.floor(totalBytes / blockSizeBytes),
      freeBlocks: Math.floor(freeBytes / blockSizeBytes),
    }));
  }

  access(ino: Ino, mask: number, signal: AbortSignal): MaybePromise<void> {
    return andThen(this.#current(ino, signal), (node) => {
      if ((mask & constants.W_OK) !== 0 && !this.#mayWrite(node)) refuseReadOnly();
      if ((mask & constants.X_OK) !== 0 && node.type === "file") {
        throw new BsmountError("access-denied", `${pathOf(node)} is not executable`);
      }
    });
  }

  getxattr(ino: Ino, name: string): MaybePromise<Uint8Array> {
    const node = this.#inodes.nodeOf(ino);
    const staged = this.#writing?.staged;
    if (name === WRITE_MODE && staged !== undefined && isAppResult(node)) {
      const { id } = node.entity;
      return andThen(staged.whiteouts.upToDate(id), () => Buffer.from(staged.writeModeOf(id)));
    }
    const isUserAttribute = name.startsWith("user.");
    throw isUserAttribute
      ? new BsmountError("no-attribute", `there is no extended attribute ${name}`)
      : new BsmountError("not-supported", `no extended attributes but user.*: ${name}`);
  }

  listxattr(ino: Ino): readonly string[] {
    this.#inodes.nodeOf(ino);
    return [];
  }

  #mayWrite(node: Node): boolean {
    if (this.change === refusedChanges) return false;
    return isWritable(node) || node.kind === "collection" || node.kind === "root";
  }

  #current(ino: Ino, signal: AbortSignal): MaybePromise<Node> {
    return this.#tree.current(this.#inodes.nodeOf(ino), signal);
  }

  #entry(name: string, node: Node): DirectoryEntry {
    return { name, ino: this.#inodes.listedInoOf(node), type: node.type };
  }
}
