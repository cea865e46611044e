import type { FileOnMount } from "../linux/open-descriptors.ts";
import type { ProcessIdentity } from "../linux/process-identity.ts";
import type { BirthMark } from "../linux/process-births.ts";

/** A file by its path in the mount, and the inode number under which it was opened. */
export type ClosedFile = Pick<FileOnMount, "path" | "ino">;

/** Processes beyond these are found by searching. */
const MAX_HOLDERS = 8;

/** A process as the opener, `none` when the process that opened the file had closed it by then, undefined while unknown. */
export type Opener = ProcessIdentity | "none" | undefined;

/** A handle that was opened for writing, and the processes that were seen with it. */
export class WritingHandle {
  /** As the kernel has it now. */
  path: string;
  readonly ino: number | undefined;
  readonly openedMs: number;
  /** From before the reply to the opener; undefined when /proc could not be read. */
  readonly mark: BirthMark | undefined;
  isMappable: boolean;
  opener: Opener;
  /** The opener is searched for once: at the first write, or when there was none for a while. */
  wasSought = false;
  readonly #holders = new Map<number, ProcessIdentity>();
  #timer: NodeJS.Timeout | undefined;

  constructor(made: Pick<WritingHandle, "path" | "ino" | "openedMs" | "mark" | "isMappable">) {
    this.path = made.path;
    this.ino = made.ino;
    this.openedMs = made.openedMs;
    this.mark = made.mark;
    this.isMappable = made.isMappable;
  }

  /** The processes that were seen with the file open, the opener among them. */
  get holders(): readonly ProcessIdentity[] {
    return [...this.#holders.values()];
  }

  addHolder(holder: ProcessIdentity | undefined): void {
    if (holder === undefined || this.#holders.size >= MAX_HOLDERS) return;
    this.#holders.set(holder.pid, holder);
  }

  /** Calls `search` after `delayMs`, unless the opener was sought, or the handle was released, by then. */
  searchLater(delayMs: number, search: () => void): void {
    this.#timer = setTimeout(() => {
      if (!this.wasSought) search();
    }, delayMs).unref();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}

/** What is open for writing on a mount, by handle, by path and by inode number. */
export class WritingHandles {
  readonly #handles = new Map<number, WritingHandle>();
  readonly #byPath = new Map<string, Set<WritingHandle>>();
  readonly #byIno = new Map<number, Set<WritingHandle>>();

  add(handle: number, opened: WritingHandle): void {
    this.delete(handle);
    this.#handles.set(handle, opened);
    addTo(this.#byPath, opened.path, opened);
    if (opened.ino !== undefined) addTo(this.#byIno, opened.ino, opened);
  }

  get(handle: number): WritingHandle | undefined {
    return this.#handles.get(handle);
  }

  delete(handle: number): void {
    const opened = this.#handles.get(handle);
    if (opened === undefined) return;
    opened[Symbol.dispose]();
    this.#handles.delete(handle);
    removeFrom(this.#byPath, opened.path, opened);
    if (opened.ino !== undefined) removeFrom(this.#byIno, opened.ino, opened);
  }

  /**
   * Those of one file. It can have two paths, since entities have two names, and two inode numbers, since a new version
   * of a file has another one.
   */
  of({ path, ino }: ClosedFile): readonly WritingHandle[] {
    const samePath = this.#byPath.get(path) ?? [];
    const sameIno = (ino === undefined ? undefined : this.#byIno.get(ino)) ?? [];
    return [...new Set([...samePath, ...sameIno])];
  }

  /** The kernel has the file of `opened` at `path` now. */
  moved(opened: WritingHandle, path: string): void {
    if (opened.path === path) return;
    removeFrom(this.#byPath, opened.path, opened);
    opened.path = path;
    addTo(this.#byPath, path, opened);
  }

  /** A file or folder has another path. */
  renamed(from: string, to: string): void {
    const isWithin = ({ path }: WritingHandle): boolean => path.startsWith(`${from}/`);
    const file = this.#byPath.get(from);
    for (const opened of file ?? [...this.#handles.values()].filter(isWithin)) {
      this.moved(opened, to + opened.path.slice(from.length));
    }
  }
}

function addTo<Key>(index: Map<Key, Set<WritingHandle>>, key: Key, opened: WritingHandle): void {
  const known = index.get(key);
  if (known === undefined) index.set(key, new Set([opened]));
  else known.add(opened);
}

function removeFrom<Key>(
  index: Map<Key, Set<WritingHandle>>,
  key: Key,
  opened: WritingHandle,
): void {
  const known = index.get(key);
  known?.delete(opened);
  if (known?.size === 0) index.delete(key);
}
