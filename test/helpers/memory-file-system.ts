import { andThen } from "../../src/core/maybe-promise.ts";
import { BsmountError } from "../../src/core/errors.ts";
import type {
  MaybePromise,
  Attributes,
  ChangeOperations,
  DirectoryEntry,
  FileSystem,
  FileSystemStatistics,
  Handle,
  Ino,
  NodeType,
} from "../../src/fs/file-system.ts";

export interface MemoryNode {
  readonly ino: Ino;
  readonly type: NodeType;
  readonly parent: Ino;
  readonly children: Map<string, MemoryNode>;
  /** The bytes of a file. */
  content: Uint8Array;
  target: string;
  mtimeMs: number;
  readonly attributes: Map<string, Uint8Array>;
}

const MODES: Readonly<Record<NodeType, number>> = {
  directory: 0o040755,
  file: 0o100644,
  symlink: 0o120777,
};

/**
 * A small read-only filesystem in memory. `delay` makes reads late, as over a network.
 */
export class MemoryFileSystem implements FileSystem {
  readonly root: Ino = 1 as Ino;
  readonly change: ChangeOperations = refusingChanges();
  readonly openHandles: Map<Handle, MemoryNode> = new Map();
  /** Calls of each method, for tests of caches. */
  readonly calls: string[] = [];
  /** How long a read takes; if undefined, it returns in the same turn. */
  delay: ((signal: AbortSignal) => Promise<void>) | undefined;
  readonly #nodes = new Map<Ino, MemoryNode>();
  #nextIno = 1;
  #nextHandle = 1;

  constructor() {
    this.#add("directory", this.root);
  }

  /** Adds a file, and the folders above it. */
  addFile(path: string, content: Uint8Array | string = ""): MemoryNode {
    const node = this.#put(path, "file");
    node.content = typeof content === "string" ? Buffer.from(content) : content;
    return node;
  }

  addFolder(path: string): MemoryNode {
    return this.#put(path, "directory");
  }

  addSymlink(path: string, target: string): MemoryNode {
    const node = this.#put(path, "symlink");
    node.target = target;
    return node;
  }

  remove(path: string): void {
    const { parent, name } = this.#split(path);
    parent.children.delete(name);
  }

  lookup(parent: Ino, name: string): MaybePromise<Attributes> {
    this.calls.push(`lookup ${name}`);
    if (Buffer.byteLength(name) > 255) throw new BsmountError("name-too-long", "name too long");
    const child = this.#folder(parent).children.get(name);
    if (child === undefined) throw new BsmountError("not-found", `no ${name}`);
    return this.#attributes(child);
  }

  find(parent: Ino, name: string): MaybePromise<Ino> {
    return andThen(this.lookup(parent, name), ({ ino }) => ino);
  }

  getattr(ino: Ino): MaybePromise<Attributes> {
    return this.#attributes(this.#node(ino));
  }

  readlink(ino: Ino): MaybePromise<string> {
    const node = this.#node(ino);
    if (node.type !== "symlink") throw new BsmountError("invalid", "no symlink");
    return node.target;
  }

  opendir(ino: Ino): MaybePromise<void> {
    this.#folder(ino);
  }

  readdir(ino: Ino): MaybePromise<readonly DirectoryEntry[]> {
    const node = this.#folder(ino);
    const entries = [...node.children].map(([name, { ino, type }]) => ({ name, ino, type }));
    return [
      { name: ".", ino: node.ino, type: "directory" },
      { name: "..", ino: node.parent, type: "directory" },
      ...entries,
    ];
  }

  open(ino: Ino, flags: number): MaybePromise<Handle> {
    if ((flags & 3) !== 0) throw new BsmountError("read-only", "cannot be written");
    const handle = this.#nextHandle++ as Handle;
    this.openHandles.set(handle, this.#node(ino));
    return handle;
  }

  read(
    handle: Handle,
    offset: number,
    into: Uint8Array,
    signal: AbortSignal,
  ): MaybePromise<number> {
    const node = this.openHandles.get(handle);
    if (node === undefined) throw new BsmountError("bad-handle", "closed");
    const copy = (): number => {
      const bytes = node.content.subarray(offset, offset + into.length);
      into.set(bytes);
      return bytes.length;
    };
    return this.delay === undefined ? copy() : this.delay(signal).then(copy);
  }

  write(): never {
    throw new BsmountError("bad-handle", "not open for writing");
  }

  ftruncate(): never {
    throw new BsmountError("bad-handle", "not open for writing");
  }

  flush(): void {}

  fsync(): void {}

  inoOf(handle: Handle): Ino {
    const node = this.openHandles.get(handle);
    if (node === undefined) throw new BsmountError("bad-handle", `handle ${handle} is not open`);
    return node.ino;
  }

  openForWriting(): [] {
    return [];
  }

  release(handle: Handle): void {
    this.openHandles.delete(handle);
  }

  statfs(): MaybePromise<FileSystemStatistics> {
    const blockSizeBytes = 1024 * 1024;
    return { blockSizeBytes, totalBlocks: 4096, freeBlocks: 1024, files: 7, nameMax: 255 };
  }

  access(_ino: Ino, mask: number): MaybePromise<void> {
    if ((mask & 2) !== 0) throw new BsmountError("read-only", "cannot be written");
  }

  getxattr(ino: Ino, name: string): MaybePromise<Uint8Array> {
    const value = this.#node(ino).attributes.get(name);
    if (value === undefined) throw new BsmountError("no-attribute", `no ${name}`);
    return value;
  }

  listxattr(ino: Ino): MaybePromise<readonly string[]> {
    return [...this.#node(ino).attributes.keys()];
  }

  #node(ino: Ino): MemoryNode {
    const node = this.#nodes.get(ino);
    if (node === undefined) throw new BsmountError("not-found", `no inode ${ino}`);
    return node;
  }

  #folder(ino: Ino): MemoryNode {
    const node = this.#node(ino);
    if (node.type !== "directory") throw new BsmountError("not-a-directory", "no folder");
    return node;
  }

  #put(path: string, type: NodeType): MemoryNode {
    const { parent, name } = this.#split(path);
    const node = this.#add(type, parent.ino);
    parent.children.set(name, node);
    return node;
  }

  #split(path: string): { parent: MemoryNode; name: string } {
    const names = path.split("/").filter((name) => name !== "");
    const name = names.pop() ?? "";
    let parent = this.#node(this.root);
    for (const folder of names) {
      const known = parent.children.get(folder) ?? this.#add("directory", parent.ino);
      parent.children.set(folder, known);
      parent = known;
    }
    return { parent, name };
  }

  #add(type: NodeType, parent: Ino): MemoryNode {
    const node: MemoryNode = {
      ino: this.#nextIno++ as Ino,
      type,
      parent,
      children: new Map(),
      content: new Uint8Array(0),
      target: "",
      mtimeMs: Date.UTC(2024, 1, 29),
      attributes: new Map(),
    };
    this.#nodes.set(node.ino, node);
    return node;
  }

  #attributes(node: MemoryNode): Attributes {
    const sizeBytes = node.content.length;
    const { ino, type, mtimeMs } = node;
    return {
      ino,
      type,
      mode: MODES[type],
      nlink: 1,
      uid: process.getuid?.() ?? 0,
      gid: process.getgid?.() ?? 0,
      sizeBytes: type === "symlink" ? Buffer.byteLength(node.target) : sizeBytes,
      blocks: Math.ceil(sizeBytes / 512),
      blockSizeBytes: 1024 * 1024,
      atimeMs: mtimeMs,
      mtimeMs,
      ctimeMs: mtimeMs,
    };
  }
}

/** Every change fails as in a read-only tree; links are never possible. */
function refusingChanges(): ChangeOperations {
  const readOnly = (): never => {
    throw new BsmountError("read-only", "nothing can be written here");
  };
  const never = (): never => {
    throw new BsmountError("never-possible", "there are no links");
  };
  return {
    create: readOnly,
    mkdir: readOnly,
    unlink: never,
    rmdir: never,
    rename: readOnly,
    symlink: never,
    link: never,
    mknod: never,
    truncate: readOnly,
    chmod: readOnly,
    chown: readOnly,
    utimens: readOnly,
    setxattr: readOnly,
    removexattr: readOnly,
  };
}
