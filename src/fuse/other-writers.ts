import { constants } from "node:fs";
import type { WriterState } from "../fs/file-system.ts";
import type { Clock } from "../core/clock.ts";
import type { MaybePromise } from "../core/maybe-promise.ts";
import type { MountEntry } from "../linux/mount-table.ts";
import { type Processes, type ProcMount, systemProcesses } from "../linux/open-descriptors.ts";
import { type BirthMark, ProcessBirths } from "../linux/process-births.ts";
import { isGroupBeingKilled, isHolderBeingKilled } from "./killed-writers.ts";
import { OpenerSearch } from "./opener-search.ts";
import { findInSlices } from "./slices.ts";
import { type ClosedFile, WritingHandle, WritingHandles } from "./writing-handles.ts";

/*
 * The kernel sends a FLUSH for every close of every descriptor, but neither the process nor whether others have the
 * file open. /proc shows it: the descriptor that is being closed has left the table of its process by then, so any
 * process that still has the file open is another writer.
 *
 * Looking into every process takes longer than everything else for a small file, and longer still on a busy machine.
 * But few processes can have a file open. The kernel opens it for one process, the opener, whose OPEN or CREATE
 * waits for this mount's reply. Only these can have it from then on:
 *
 * - the opener, which existed at that moment;
 * - processes that were started after that moment, since a child gets the descriptors and mappings of its parent;
 * - a process that received the descriptor over a socket or took it with pidfd_getfd(2);
 * - a process that opened the file itself: that is another handle of this mount, with an opener of its own;
 * - a process that shares the opener's table of descriptors without being a thread of it, clone(2) with CLONE_FILES
 *   alone. While the opener runs, its table shows the same; when it has ended, every process is looked at.
 *
 * So for each handle the number of the last process is noted before the reply to its opener (`process-births.ts` finds
 * what was started since), and the opener is found at the first change through it, when a process with the
 * descriptor waits for a reply (`opener-search.ts`). At a close only the openers of the file's handles and younger
 * processes are looked at. A handle that was open for longer than some seconds pays for a look at every process, which
 * finds what came over a socket too; and so does a handle whose opener is not known.
 *
 * A process that a signal ends closes its descriptors as well. While its FLUSH waits for the reply, /proc shows that it
 * is exiting, and which signal ends it. Its table of descriptors is empty by then (`killed-writers.ts`).
 *
 * A missed writer costs a version of the file, never a byte. When no descriptor is free to read /proc with, another
 * writer is assumed, and the file is finished at its release.
 */

/** A handle that was open for longer is searched for in every process. */
const YOUNG_MS = 5000;
/** The opener is searched for when nothing was written for this time. */
const IDLE_MS = 100;
/** How long a close waits for a free descriptor. */
const NO_DESCRIPTOR_MS = 2000;
const NO_DESCRIPTOR_PAUSE_MS = 100;
/** So often a search is repeated for processes that were started meanwhile. */
const MAX_ROUNDS = 100;

export interface OtherWritersOptions {
  readonly clock: Clock;
  /** The mount of the files. */
  readonly mount: ProcMount;
  /** @default those of this machine */
  readonly processes?: Processes;
  /** @default that of this machine */
  readonly births?: ProcessBirths;
}

/** Finds out whether a file that is being closed is still open for writing in another process. */
export class OtherWriters {
  readonly #clock: Clock;
  readonly #processes: Processes;
  readonly #births: ProcessBirths;
  readonly #openers: OpenerSearch;
  readonly #handles = new WritingHandles();
  #mount: ProcMount;

  constructor({ clock, mount, processes = systemProcesses, births }: OtherWritersOptions) {
    this.#clock = clock;
    this.#mount = mount;
    this.#processes = processes;
    this.#births = births ?? new ProcessBirths();
    this.#openers = new OpenerSearch(processes, this.#births);
  }

  /** Sets the number and device of the mount, which are known only after mounting. */
  mountedAs({ id: mountId, device }: Pick<MountEntry, "id" | "device">): void {
    this.#mount = { ...this.#mount, mountId, device };
  }

  /**
   * Call this for a file that was opened, before the reply to its opener. Never throws.
   * @param flags as open(2); undefined for a new file, since the binding does not tell
   */
  opened(handle: number, { path, ino }: ClosedFile, flags?: number): void {
    const access = (flags ?? constants.O_RDWR) & (constants.O_WRONLY | constants.O_RDWR);
    if (access === constants.O_RDONLY) return;
    const made = { path, ino, openedMs: this.#clock.now(), mark: this.#mark() };
    const isMappable = access !== constants.O_WRONLY;
    const opened = new WritingHandle({ ...made, isMappable });
    this.#handles.add(handle, opened);
    // A program that is killed before it writes anything has to be known by then.
    opened.searchLater(IDLE_MS, () => void this.changes(handle, opened.path));
  }

  /** Call this for every write and truncation through a handle, before its reply. Never throws or rejects. */
  changes(handle: number, path: string): MaybePromise<void> {
    const opened = this.#handles.get(handle);
    if (opened === undefined || opened.wasSought) return undefined;
    opened.wasSought = true;
    this.#handles.moved(opened, path);
    const { isMappable, ino } = opened;
    const others = (): readonly WritingHandle[] =>
      this.#handles.of(opened).filter((other) => other !== opened);
    try {
      const found = this.#openers.find(opened, { ...this.#mount, path, ino, isMappable }, others);
      return found instanceof Promise ? found.catch(() => {}) : found;
    } catch {
      return undefined; // The opener stays unknown, and a close looks at every process.
    }
  }

  /** Call this when a file or folder was renamed, before the reply. */
  renamed(from: string, to: string): void {
    this.#handles.renamed(from, to);
  }

  /** Call this when the last descriptor of a handle was closed. */
  released(handle: number): void {
    this.#handles.delete(handle);
  }

  /** The writers of a file of which a descriptor was closed; `open` when they are unknown. */
  async stateOf(handle: number, closed: ClosedFile, signal: AbortSignal): Promise<WriterState> {
    const until = this.#clock.now() + NO_DESCRIPTOR_MS;
    for (;;) {
      try {
        if (await this.#isOpenForWriting(handle, closed)) return "open";
        return this.#isBeingKilled(closed) ? "killed" : "closed";
      } catch {
        if (this.#clock.now() >= until) return "open";
      }
      await this.#clock.sleep(NO_DESCRIPTOR_PAUSE_MS, signal);
    }
  }

  /** Whether a process has the file open for writing; true when that is unknown. */
  async isOpenForWriting(
    handle: number,
    closed: ClosedFile,
    signal: AbortSignal,
  ): Promise<boolean> {
    return (await this.stateOf(handle, closed, signal)) === "open";
  }

  /** Whether a signal is ending a process that was seen with the file; false when that is unknown. */
  isBeingKilled(closed: ClosedFile): boolean {
    try {
      return this.#isBeingKilled(closed);
    } catch {
      return false;
    }
  }

  #isBeingKilled(closed: ClosedFile): boolean {
    const handles = this.#handles.of(closed);
    return (
      isHolderBeingKilled(handles, this.#processes) ||
      isGroupBeingKilled(handles, this.#processes, this.#births)
    );
  }

  async #isOpenForWriting(handle: number, closed: ClosedFile): Promise<boolean> {
    const opened = this.#handles.get(handle);
    if (opened !== undefined) this.#handles.moved(opened, closed.path);
    const all = this.#handles.of(closed);
    const isMappable = all.length === 0 || all.some((one) => one.isMappable);
    const file = { ...this.#mount, ...closed, isMappable };
    const holders = all.flatMap((one) => one.holders).map(({ pid }) => pid);
    let begun = this.#births.mark();
    let candidates = this.#candidates(all) ?? this.#processes.otherPids();
    candidates = [...new Set([...holders, ...candidates])];
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const found = await findInSlices(
        candidates,
        (pid) => this.#processes.writeAccess(pid, file) !== undefined,
      );
      if (found !== undefined) {
        opened?.addHolder(this.#processes.processOfThread(found));
        return true;
      }
      // A process that was looked at late may have started another one and ended before.
      const mark = this.#births.mark();
      candidates = this.#births.since(begun) ?? [];
      begun = mark;
      if (candidates.length === 0) return false;
    }
    return true;
  }

  /** The only processes that can have a file open which these handles have opened; undefined when any can. */
  #candidates(handles: readonly WritingHandle[]): readonly number[] | undefined {
    if (!handles.every((opened) => this.#isConfined(opened))) return undefined;
    const marks = handles.flatMap(({ mark }) => mark ?? []);
    const [first] = marks.toSorted((a, b) => a.atMs - b.atMs);
    if (first === undefined) return undefined;
    const young = this.#births.since(first);
    const openers = handles.flatMap(({ opener }) => (typeof opener === "object" ? opener.pid : []));
    return young === undefined ? undefined : [...openers, ...young];
  }

  /** Whether only the opener and younger processes can have what `opened` stands for. */
  #isConfined({ openedMs, mark, opener }: WritingHandle): boolean {
    if (mark === undefined || this.#clock.now() - openedMs >= YOUNG_MS) return false;
    if (opener === undefined || opener === "none") return opener === "none";
    return this.#processes.isRunning(opener);
  }

  #mark(): BirthMark | undefined {
    try {
      return this.#births.mark();
    } catch {
      return undefined;
    }
  }
}
