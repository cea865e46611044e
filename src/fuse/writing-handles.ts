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

/** What is open for writing on a mount, by handle and by path. */
export class WritingHandles {
  readonly #handles = new Map<number, WritingHandle>();

  add(handle: number, opened: WritingHandle): void {
    this.#handles.set(handle, opened);
  }

  get(handle: number): WritingHandle | undefined {
    return this.#handles.get(handle);
  }

  delete(handle: number): void {
    this.#handles.get(handle)?.[Symbol.dispose]();
    this.#handles.delete(handle);
  }

  /**
   * Those of one file. It can have two paths, since entities have two names, and two inode numbers, since a new version
   * of a file has another one.
   */
  of(file: ClosedFile): readonly WritingHandle[] {
    return [...this.#handles.values()].filter(
      ({ path, ino }) => path === file.path || (ino !== undefined && ino === file.ino),
    );
  }

  /** A file or folder has another path. */
  renamed(from: string, to: string): void {
    for (const opened of this.#handles.values()) {
      const { path } = opened;
      if (path === from || path.startsWith(`${from}/`)) opened.path = to + path.slice(from.length);
    }
  }
}
