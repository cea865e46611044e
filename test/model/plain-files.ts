import { stagedNameOf } from "../../src/write/temporary-names.ts";

/*
 * What the contract says of files below `files/`, with nothing but maps and buffers: no staging, no parts,
 * no requests, no caches. Errors are the names of errno(3).
 */

export type Errno = string;
export type Mode = "r" | "w" | "rw";

/** One content under one name. Complete and closed it may be `isRemote`: then it never changes again. */
export interface PlainFile {
  path: string;
  bytes: Buffer;
  isUnfinished: boolean;
  isRemote: boolean;
  isRemoved: boolean;
  hasFailed: boolean;
  /** Why a write failed: the file lacks bytes until it is emptied. */
  lost?: Errno | undefined;
  /** It was empty at its last close: it is uploaded some time later. */
  isDue: boolean;
}

export interface PlainHandle {
  /** As the kernel knows it: renames move it. */
  path: string;
  file: PlainFile;
  readonly mode: Mode;
}

export interface OpenFlags {
  readonly creates?: boolean;
  readonly empties?: boolean;
}

export interface Version {
  readonly path: string;
  readonly bytes: Buffer;
}

export class Refused extends Error {
  readonly errno: Errno;

  constructor(errno: Errno) {
    super(errno);
    this.errno = errno;
  }
}

export interface PlainOptions {
  readonly maxFileBytes: number;
  /** The most bytes that are uploaded in one request. */
  readonly firstPartBytes: number;
  /** Whether finished files are still read from where they were written. */
  readonly keepsStaged: boolean;
}

const HIDDEN = /^\.fuse_hidden/;

export class PlainFiles {
  readonly options: PlainOptions;
  readonly folders: Set<string> = new Set<string>([""]);
  /** What is at each path. */
  readonly files: Map<string, PlainFile> = new Map<string, PlainFile>();
  readonly handles: PlainHandle[] = [];
  /** Everything that BaseSpace has, oldest first. */
  readonly complete: Version[] = [];

  constructor(options: PlainOptions) {
    this.options = options;
  }

  top(path: string): PlainFile | undefined {
    return this.files.get(path);
  }

  isFolder(path: string): boolean {
    return this.folders.has(path) || [...this.files.keys()].some((p) => p.startsWith(`${path}/`));
  }

  names(folder: string): Set<string> {
    const names = new Set<string>();
    const prefix = folder === "" ? "" : `${folder}/`;
    for (const path of [...this.folders, ...this.files.keys()]) {
      if (path === "" || !path.startsWith(prefix)) continue;
      const [name = ""] = path.slice(prefix.length).split("/");
      names.add(name);
    }
    return names;
  }

  /** ENOENT or ENOTDIR when nothing can be at `path`. */
  needParent(path: string): void {
    const segments = path.split("/").slice(0, -1);
    let at = "";
    for (const segment of segments) {
      at = join(at, segment);
      if (this.isFolder(at)) continue;
      throw new Refused(this.top(at) === undefined ? "ENOENT" : "ENOTDIR");
    }
  }

  open(
    path: string,
    mode: Mode,
    { creates = false, empties = false }: OpenFlags = {},
  ): PlainHandle {
    this.needParent(path);
    if (this.isFolder(path)) throw new Refused("EISDIR");
    const existing = this.top(path);
    if (existing === undefined) {
      if (!creates || mode === "r") throw new Refused("ENOENT");
      return this.#handle(this.#add(path, Buffer.alloc(0)), mode);
    }
    if (!empties || mode === "r") return this.#handle(existing, mode);
    const handle = this.#handle(existing, mode);
    this.truncateOpen(handle, 0);
    return handle;
  }

  write(handle: PlainHandle, offset: number, bytes: Buffer): void {
    if (handle.mode === "r") throw new Refused("EBADF");
    if (handle.file.lost !== undefined) throw new Refused(handle.file.lost);
    const end = offset + bytes.length;
    if (end > this.options.maxFileBytes) {
      handle.file.lost = "EFBIG";
      throw new Refused("EFBIG");
    }
    const file = this.#changing(handle);
    const before = file.bytes;
    file.bytes = Buffer.alloc(Math.max(before.length, end));
    before.copy(file.bytes);
    bytes.copy(file.bytes, offset);
  }

  truncateOpen(handle: PlainHandle, sizeBytes: number): void {
    if (handle.mode === "r") throw new Refused("EBADF");
    if (sizeBytes === 0) handle.file.lost = undefined;
    if (handle.file.lost !== undefined) throw new Refused(handle.file.lost);
    if (sizeBytes > this.options.maxFileBytes) throw new Refused("EFBIG");
    if (sizeBytes === handle.file.bytes.length) return;
    const file = this.#changing(handle);
    const after = Buffer.alloc(sizeBytes);
    file.bytes.copy(after);
    file.bytes = after;
  }

  read(handle: PlainHandle, offset: number, length: number): Buffer {
    return handle.file.bytes.subarray(offset, offset + length);
  }

  /** Whether another descriptor that writes is open where `handle` is. */
  othersWrite(handle: PlainHandle): boolean {
    return this.handles.some((h) => h !== handle && h.mode !== "r" && h.path === handle.path);
  }

  /** What close(2) does before it returns; `isDown`: nothing can be uploaded. */
  flush(handle: PlainHandle, isDown = false): void {
    const { file } = handle;
    if (handle.mode === "r") return;
    if (file.lost !== undefined && !file.isRemoved) throw new Refused(file.lost);
    if (!this.#isToFinish(file) || file.bytes.length === 0) return;
    if (this.othersWrite(handle)) return;
    this.#finish(file, isDown);
    if (isDown) throw new Refused("EIO");
  }

  /** What fsync(2) does, and the close of a duplicate. */
  sync({ mode, file }: PlainHandle): void {
    if (mode === "r" || file.isRemoved || file.lost === undefined) return;
    throw new Refused(file.lost);
  }

  release(handle: PlainHandle): void {
    this.handles.splice(this.handles.indexOf(handle), 1);
    const { file } = handle;
    if (!file.isUnfinished && !this.isWritten(file)) file.lost = undefined;
    if (handle.mode !== "r" && this.#isToFinish(file) && !file.hasFailed && !this.isWritten(file)) {
      if (file.bytes.length === 0) file.isDue = true;
      else this.#finish(file);
    }
    this.#settle(file);
  }

  truncate(path: string, sizeBytes: number): void {
    const handle = this.open(path, "w");
    try {
      this.truncateOpen(handle, sizeBytes);
      this.flush(handle);
    } finally {
      this.release(handle);
    }
  }

  mkdir(path: string): void {
    this.needParent(path);
    if (this.isFolder(path) || this.top(path) !== undefined) throw new Refused("EEXIST");
    this.folders.add(path);
  }

  rmdir(path: string): void {
    this.needParent(path);
    if (!this.isFolder(path))
      throw new Refused(this.top(path) === undefined ? "ENOENT" : "ENOTDIR");
    const names = [...this.names(path)];
    // It goes with the last of the files that were removed while they are open.
    if (names.every((name) => HIDDEN.test(name))) this.folders.delete(path);
    if (names.length > 0) throw new Refused("ENOTEMPTY");
  }

  unlink(path: string): void {
    this.needParent(path);
    if (this.isFolder(path)) throw new Refused("EISDIR");
    const file = this.top(path);
    if (file === undefined) throw new Refused("ENOENT");
    if (!HIDDEN.test(nameOf(path))) this.#keepFolders(path);
    this.#remove(file);
  }

  /** A file that awaited its rename is uploaded before rename(2) returns, if that is quick; `isDown`: nothing can be uploaded. */
  rename(from: string, to: string, isDown = false): void {
    this.needParent(from);
    this.needParent(to);
    if (this.isFolder(from)) {
      this.#renameFolder(from, to);
      return;
    }
    const file = this.#fileToRename(from, to);
    const isToFinish = this.#isToFinishAs(file, to);
    if (isDown && isToFinish && this.#isQuick(file, to)) throw new Refused("EIO");
    this.#keepFolders(from);
    this.#makeWay(to);
    const isDue = this.#moveToFinish(file, to) || isToFinish;
    for (const handle of this.handles) if (handle.path === from) handle.path = to;
    if (isDue) this.#finish(file, isDown);
    this.#settle(file);
  }

  /** Returns whether it was complete, and is to be finished under its new name. */
  #moveToFinish(file: PlainFile, to: string): boolean {
    const wasComplete = this.#move(file, to);
    return wasComplete && this.#isToFinish(file) && !this.isWritten(file);
  }

  #fileToRename(from: string, to: string): PlainFile {
    const file = this.top(from);
    if (file === undefined) throw new Refused("ENOENT");
    const isHidden = HIDDEN.test(nameOf(to));
    if (file.isRemote && !isHidden) throw new Refused("EXDEV");
    if (!file.isUnfinished && file.lost !== undefined) throw new Refused(file.lost);
    this.#refuseToPassForWhole(file, to);
    if (this.isFolder(to)) throw new Refused("EISDIR");
    return file;
  }

  #isToFinishAs(file: PlainFile, to: string): boolean {
    return awaitsRename(file) && !stagedNameOf(to).awaitsRename && !this.isWritten(file);
  }

  #isQuick({ path, bytes }: PlainFile, to: string): boolean {
    return stagedNameOf(path).uploadPath === to || bytes.length <= this.options.firstPartBytes;
  }

  #refuseToPassForWhole(file: PlainFile, to: string): void {
    if (file.lost === undefined || !awaitsRename(file) || stagedNameOf(to).awaitsRename) return;
    throw new Refused(file.lost);
  }

  /** Time passes: files that were left empty are uploaded. */
  wait(): void {
    for (const file of this.all()) {
      const isDue = file.isDue && this.#isToFinish(file) && file.bytes.length === 0;
      if (!isDue || this.isWritten(file)) continue;
      this.#finish(file);
      this.#settle(file);
    }
  }

  /** What the end of a mount does. */
  finishAll(): void {
    for (const file of this.all()) if (this.#isToFinish(file)) this.#finish(file);
  }

  all(): PlainFile[] {
    return [...this.files.values()];
  }

  /** Where there are files that are not finished for their names alone. */
  temporaryPaths(): string[] {
    const paths = [...this.files.keys()].filter((path) => {
      const file = this.top(path);
      return file?.isUnfinished === true && awaitsRename(file) && !this.isWritten(file);
    });
    return paths.toSorted();
  }

  isWritten(file: PlainFile): boolean {
    return this.handles.some((handle) => handle.file === file && handle.mode !== "r");
  }

  isOpen(path: string): boolean {
    return this.handles.some((handle) => handle.path === path);
  }

  #handle(file: PlainFile, mode: Mode): PlainHandle {
    const handle = { path: file.path, file, mode };
    this.handles.push(handle);
    return handle;
  }

  #add(path: string, bytes: Buffer, more: Partial<PlainFile> = {}): PlainFile {
    const state = { isUnfinished: true, isRemote: false, isRemoved: false, hasFailed: false };
    const file: PlainFile = { path, bytes, ...state, isDue: false, ...more };
    this.files.set(path, file);
    return file;
  }

  /**
   * The file that a change through `handle` is made to. What is complete stays as it is, below the new
   * version; descriptors that write all go over to that, those that read keep the old one if it is remote.
   */
  #changing(handle: PlainHandle): PlainFile {
    const { file } = handle;
    file.hasFailed = false;
    file.isDue = false;
    if (file.isUnfinished || file.isRemoved) return file;
    if (!file.isRemote) {
      file.isUnfinished = true;
      return file;
    }
    const newer = this.#add(file.path, file.bytes);
    for (const other of this.handles) {
      if (other.file === file && other.mode !== "r") other.file = newer;
    }
    return newer;
  }

  /** Whether there is a file that lacks bytes where a whole one is wanted. */
  get hasLost(): boolean {
    return this.all().some(
      (file) => file.isUnfinished && !awaitsRename(file) && file.lost !== undefined,
    );
  }

  #isToFinish(file: PlainFile): boolean {
    return file.isUnfinished && !file.isRemoved && !awaitsRename(file) && file.lost === undefined;
  }

  #finish(file: PlainFile, isDown = false): void {
    file.hasFailed = isDown;
    if (isDown) return;
    file.isUnfinished = false;
    file.isDue = false;
    this.complete.push({ path: file.path, bytes: Buffer.from(file.bytes) });
  }

  #settle(file: PlainFile): void {
    const isOpen = this.handles.some((handle) => handle.file === file);
    if (!this.options.keepsStaged && !file.isUnfinished && !isOpen) file.isRemote = true;
  }

  #remove(file: PlainFile): void {
    file.isRemoved = true;
    this.#takeOut(file);
  }

  #takeOut(file: PlainFile): void {
    if (this.top(file.path) === file) this.files.delete(file.path);
  }

  /** BaseSpace gets it again under its new name. Returns whether it was complete. */
  #move(file: PlainFile, to: string): boolean {
    this.#takeOut(file);
    file.path = to;
    this.files.set(to, file);
    if (file.isUnfinished || file.isRemote) return false;
    file.isUnfinished = true;
    return true;
  }

  /** Folders stay when what was in them is removed. */
  #keepFolders(path: string): void {
    for (let at = folderOf(path); at !== ""; at = folderOf(at)) this.folders.add(at);
  }

  #makeWay(to: string): void {
    const target = this.top(to);
    if (target !== undefined) this.#remove(target);
  }

  #needEmpty(to: string): void {
    if (this.top(to) !== undefined && !this.isFolder(to)) throw new Refused("ENOTDIR");
    if (this.isFolder(to) && this.names(to).size > 0) throw new Refused("ENOTEMPTY");
  }

  #renameFolder(from: string, to: string): void {
    if (`${to}/`.startsWith(`${from}/`)) throw new Refused("EINVAL");
    this.#needEmpty(to);
    const moving = this.all().filter(({ path }) => path.startsWith(`${from}/`));
    if (moving.some(({ isRemote }) => isRemote)) throw new Refused("EXDEV");
    const moved = (path: string): string => to + path.slice(from.length);
    this.#keepFolders(from);
    for (const file of moving) {
      if (this.#moveToFinish(file, moved(file.path))) this.#finish(file);
      this.#settle(file);
    }
    for (const folder of Array.from(this.folders)) {
      if (!`${folder}/`.startsWith(`${from}/`)) continue;
      this.folders.delete(folder);
      this.folders.add(moved(folder));
    }
    for (const handle of this.handles) {
      if (handle.path.startsWith(`${from}/`)) handle.path = moved(handle.path);
    }
  }
}

function awaitsRename({ path }: PlainFile): boolean {
  return stagedNameOf(path).awaitsRename;
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

export function join(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}
