import { setImmediate } from "node:timers/promises";
import { isBeingKilled, type ProcessIdentity, processAt } from "../linux/process-identity.ts";
import type { WriterState } from "../fs/file-system.ts";
import type { Clock } from "../core/clock.ts";
import type { MountEntry } from "../linux/mount-table.ts";
import {
  type FileOnMount,
  type Processes,
  type ProcMount,
  systemProcesses,
} from "../linux/open-descriptors.ts";

/*
 * The kernel sends a FLUSH for every close of every descriptor, but neither the process nor whether others have the
 * file open. /proc shows it: the descriptor that is being closed has left the table of its process by then, so any
 * process that still has the file open is another writer.
 *
 * Searching all processes takes milliseconds, longer than everything else for a small file. A file that was made a
 * moment ago can be open only in the process that made it, and in younger ones that inherited the descriptor. The
 * maker is found at the first write: a process that existed when the file was made, and has it open. After that only
 * these processes are searched. (Descriptors sent over a socket to an older process are missed.)
 *
 * A process that a signal ends closes its descriptors too. While its FLUSH waits for the reply, /proc shows that it is
 * exiting, and which signal ends it. Its table of descriptors is empty by then, so only the maker
 * counts, which was seen with the file at its first write. A process that inherited the descriptor may be ended by a
 * signal after the maker has closed the file.
 *
 * A missed writer costs a version of the file, never a byte. When no descriptor is free to read /proc with, another
 * writer is assumed, and the file is finished at its release.
 */

/** How long a search may block the event loop at a time. */
const SLICE_MS = 4;
/** Process numbers are hardly reused within this time. */
const YOUNG_MS = 5000;
/**
 * The maker of a file is most likely the maker of the last one, or a new process. So the search begins with this many
 * of the youngest processes and, for each file, the same number of the older ones in turn, so that an old one is found
 * eventually.
 */
const LIKELY_OPENERS = 8;
/** The largest possible number of processes. */
const PID_LIMIT = 2 ** 22;
/** How long a close waits for a free descriptor. */
const NO_DESCRIPTOR_MS = 2000;
const NO_DESCRIPTOR_PAUSE_MS = 100;

const NOT_FOUND = 0;

interface MadeFile {
  readonly atMs: number;
  /** The census at that time, which tells older processes from younger ones. */
  readonly census: number;
  /** Undefined before the first write; {@link NOT_FOUND} when all processes have to be searched. */
  opener: number | undefined;
}

export interface OtherWritersOptions {
  readonly clock: Clock;
  /** The mount of the files. */
  readonly mount: ProcMount;
  /** @default those of this machine */
  readonly processes?: Processes;
}

/** A file by its path in the mount, and the inode number under which it was opened. */
export type ClosedFile = Pick<FileOnMount, "path" | "ino">;

/** Finds out whether a file that is being closed is still open for writing in another process. */
export class OtherWriters {
  readonly #clock: Clock;
  readonly #processes: Processes;
  #mount: ProcMount;
  /** By handle, while it is open. */
  readonly #made = new Map<number, MadeFile>();
  /** The process that made the file of a handle, and was seen writing it. */
  readonly #makers = new Map<number, ProcessIdentity>();
  /** All processes, with the number of the census in which each was first seen. */
  #seen: ReadonlyMap<number, number> = new Map();
  #census = 0;
  #lastOpener = 0;
  /** The number of older processes searched since an opener was last found. */
  #searched = 0;

  constructor({ clock, mount, processes = systemProcesses }: OtherWritersOptions) {
    this.#clock = clock;
    this.#mount = mount;
    this.#processes = processes;
  }

  /** Sets the number and device of the mount, which are known only after mounting. */
  mountedAs({ id: mountId, device }: Pick<MountEntry, "id" | "device">): void {
    this.#mount = { ...this.#mount, mountId, device };
  }

  /** Call this for a new file, before the reply to its maker. Never throws. */
  made(handle: number): void {
    const opener = orNotFound(() => this.#takeCensus());
    this.#made.set(handle, { atMs: this.#clock.now(), census: this.#census, opener });
  }

  /** Call this for every write, before its reply. Never throws. */
  wrote(handle: number, path: string): void {
    const made = this.#made.get(handle);
    if (made === undefined || made.opener !== undefined) return;
    made.opener = orNotFound(() => this.#findOpener(made, { ...this.#mount, path })) ?? NOT_FOUND;
    if (made.opener === NOT_FOUND) return;
    this.#lastOpener = made.opener;
    const maker = processAt(made.opener);
    if (maker !== undefined) this.#makers.set(handle, maker);
  }

  /** Call this when any existing file is opened for writing: it may be one of the new files. */
  opened(): void {
    for (const made of this.#made.values()) made.opener = NOT_FOUND;
  }

  /** Call this when the last descriptor of a handle was closed. */
  released(handle: number): void {
    this.#made.delete(handle);
    this.#makers.delete(handle);
  }

  /** The writers of a file of which a descriptor was closed. */
  async stateOf(handle: number, closed: ClosedFile, signal: AbortSignal): Promise<WriterState> {
    if (await this.isOpenForWriting(handle, closed, signal)) return "open";
    const maker = this.#makers.get(handle);
    return maker !== undefined && isBeingKilled(maker) ? "killed" : "closed";
  }

  /** Whether a process has the file open for writing; true when that is unknown. */
  async isOpenForWriting(
    handle: number,
    closed: ClosedFile,
    signal: AbortSignal,
  ): Promise<boolean> {
    const file = { ...this.#mount, ...closed };
    const until = this.#clock.now() + NO_DESCRIPTOR_MS;
    for (;;) {
      try {
        return await this.#isOpenForWriting(handle, file);
      } catch {
        if (this.#clock.now() >= until) return true;
      }
      await this.#clock.sleep(NO_DESCRIPTOR_PAUSE_MS, signal);
    }
  }

  async #isOpenForWriting(handle: number, file: FileOnMount): Promise<boolean> {
    const made = this.#made.get(handle);
    const opener = made?.opener ?? NOT_FOUND;
    const isYoung = made !== undefined && this.#clock.now() - made.atMs < YOUNG_MS;
    if (!isYoung || opener === NOT_FOUND) {
      return await this.#isOpenIn(this.#processes.otherPids(), file);
    }
    this.#takeCensus();
    const younger = [...this.#seen].filter(([, census]) => census > made.census);
    return await this.#isOpenIn([opener, ...younger.map(([pid]) => pid)], file);
  }

  /** A process that existed when the file was made, and has it open. */
  #findOpener({ census }: MadeFile, file: FileOnMount): number | undefined {
    const hasIt = (pid: number): boolean =>
      (this.#seen.get(pid) ?? Infinity) <= census && this.#processes.hasOpenForWriting(pid, file);
    if (hasIt(this.#lastOpener)) return this.#lastOpener;
    const youngest = this.#youngest(census);
    const older = youngest.splice(LIKELY_OPENERS);
    const start = older.length === 0 ? 0 : this.#searched % older.length;
    const opener = [...youngest, ...older.slice(start, start + LIKELY_OPENERS)].find(hasIt);
    this.#searched = opener === undefined ? start + LIKELY_OPENERS : 0;
    return opener;
  }

  /** The processes that existed at a census, youngest first. Process numbers wrap around. */
  #youngest(census: number): number[] {
    const last = this.#processes.lastPid();
    const ageOf = (pid: number): number => (last - pid + PID_LIMIT) % PID_LIMIT;
    const existed = [...this.#seen].filter(([, first]) => first <= census);
    return existed.map(([pid]) => pid).toSorted((a, b) => ageOf(a) - ageOf(b));
  }

  #takeCensus(): undefined {
    const pids = this.#processes.otherPids();
    this.#census += 1;
    const before = this.#seen;
    this.#seen = new Map(pids.map((pid) => [pid, before.get(pid) ?? this.#census]));
  }

  async #isOpenIn(pids: readonly number[], file: FileOnMount): Promise<boolean> {
    let sliceEnd = performance.now() + SLICE_MS;
    for (const pid of pids) {
      if (this.#processes.hasOpenForWriting(pid, file)) return true;
      if (performance.now() < sliceEnd) continue;
      await setImmediate();
      sliceEnd = performance.now() + SLICE_MS;
    }
    return false;
  }
}

/** Returns {@link NOT_FOUND} when /proc cannot be read. */
function orNotFound<T>(search: () => T): T | typeof NOT_FOUND {
  try {
    return search();
  } catch {
    return NOT_FOUND;
  }
}
