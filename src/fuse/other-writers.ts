import { setImmediate } from "node:timers/promises";
import type { Clock } from "../core/clock.ts";
import type { MountEntry } from "../linux/mount-table.ts";
import {
  type FileOnMount,
  type Processes,
  type ProcMount,
  systemProcesses,
} from "../linux/open-descriptors.ts";

/*
 * The kernel sends a FLUSH for every close of every descriptor, and says neither whose it was nor whether
 * others have the file open. /proc knows: the descriptor that is being closed has left its process's
 * table by then, so whoever is still listed is somebody else.
 *
 * Looking through every process costs milliseconds, more than the rest of a small file. A descriptor of a
 * file that was made a moment ago can be only in the process that opened it and in younger ones, which
 * inherited it. Who opened it shows when the first byte comes: a process that was there when the file was
 * made, and has it. Then only those are looked at. (Descriptors that are sent over a socket to an older
 * process are not seen then.)
 *
 * A writer that is not seen costs a version of the file, never a byte. When nobody can be looked for, since
 * no descriptor is left to read /proc with, somebody may write: the file is finished when it is released.
 */

/** For so long the event loop is kept from its other work at a time. */
const SLICE_MS = 4;
/** Process numbers come again; hardly sooner than this. */
const YOUNG_MS = 5000;
/**
 * Who opens a file is most likely who opened the last one, or has started only now: so many of the youngest
 * are looked at, and for the next file as many of the others, so that an old process is found in the end.
 */
const LIKELY_OPENERS = 8;
/** More than there can be process numbers. */
const PID_LIMIT = 2 ** 22;
/** Where no descriptor is left, one may be in a moment: for so long a close waits for it, looking now and then. */
const BLIND_MS = 2000;
const BLIND_PAUSE_MS = 100;

const NOT_FOUND = 0;

interface Made {
  readonly atMs: number;
  /** The processes that were there. */
  readonly census: number;
  /** Undefined before the first byte; {@link NOT_FOUND} when every process has to be looked at. */
  opener: number | undefined;
}

export interface OtherWritersOptions {
  readonly clock: Clock;
  /** Where the files are. */
  readonly mount: ProcMount;
  /** @default those of this machine */
  readonly processes?: Processes;
}

/** A file as the kernel names it: its path in the mount, and what it was opened as. */
export type ClosedFile = Pick<FileOnMount, "path" | "ino">;

/** Tells whether a file that is closed is still open for writing elsewhere. Paths are in the mount. */
export class OtherWriters {
  readonly #clock: Clock;
  readonly #processes: Processes;
  #mount: ProcMount;
  /** By handle, for as long as it is open. */
  readonly #made = new Map<number, Made>();
  /** Every process, with the number of the census that it was first seen in. */
  #seen: ReadonlyMap<number, number> = new Map();
  #census = 0;
  #lastOpener = 0;
  /** How many of the older processes were looked at, since an opener was found. */
  #lookedAt = 0;

  constructor({ clock, mount, processes = systemProcesses }: OtherWritersOptions) {
    this.#clock = clock;
    this.#mount = mount;
    this.#processes = processes;
  }

  /** The mount has this number and device from now on. */
  mountedAs({ id: mountId, device }: Pick<MountEntry, "id" | "device">): void {
    this.#mount = { ...this.#mount, mountId, device };
  }

  /** Told when a file is made, before whoever makes it goes on. Never throws. */
  made(handle: number): void {
    const opener = orNotFound(() => this.#count());
    this.#made.set(handle, { atMs: this.#clock.now(), census: this.#census, opener });
  }

  /** Told of every write, before it is answered. Never throws. */
  wrote(handle: number, path: string): void {
    const made = this.#made.get(handle);
    if (made === undefined || made.opener !== undefined) return;
    made.opener = orNotFound(() => this.#findOpener(made, { ...this.#mount, path })) ?? NOT_FOUND;
    if (made.opener !== NOT_FOUND) this.#lastOpener = made.opener;
  }

  /** Told when a file that is there is opened for writing, by anybody: it may be one that is being made. */
  opened(): void {
    for (const made of this.#made.values()) made.opener = NOT_FOUND;
  }

  /** Told when the last descriptor of a handle is closed. */
  released(handle: number): void {
    this.#made.delete(handle);
  }

  /** True when a process has the file open for writing, or when that cannot be told. */
  async isOpenForWriting(
    handle: number,
    closed: ClosedFile,
    signal: AbortSignal,
  ): Promise<boolean> {
    const file = { ...this.#mount, ...closed };
    const until = this.#clock.now() + BLIND_MS;
    for (;;) {
      try {
        return await this.#isOpenForWriting(handle, file);
      } catch {
        if (this.#clock.now() >= until) return true;
      }
      await this.#clock.sleep(BLIND_PAUSE_MS, signal);
    }
  }

  async #isOpenForWriting(handle: number, file: FileOnMount): Promise<boolean> {
    const made = this.#made.get(handle);
    const opener = made?.opener ?? NOT_FOUND;
    const isYoung = made !== undefined && this.#clock.now() - made.atMs < YOUNG_MS;
    if (!isYoung || opener === NOT_FOUND) {
      return await this.#isOpenIn(this.#processes.otherPids(), file);
    }
    this.#count();
    const younger = [...this.#seen].filter(([, census]) => census > made.census);
    return await this.#isOpenIn([opener, ...younger.map(([pid]) => pid)], file);
  }

  /** A process that was there when the file was made, and has it open. */
  #findOpener({ census }: Made, file: FileOnMount): number | undefined {
    const hasIt = (pid: number): boolean =>
      (this.#seen.get(pid) ?? Infinity) <= census && this.#processes.hasOpenForWriting(pid, file);
    if (hasIt(this.#lastOpener)) return this.#lastOpener;
    const youngest = this.#youngest(census);
    const older = youngest.splice(LIKELY_OPENERS);
    const start = older.length === 0 ? 0 : this.#lookedAt % older.length;
    const opener = [...youngest, ...older.slice(start, start + LIKELY_OPENERS)].find(hasIt);
    this.#lookedAt = opener === undefined ? start + LIKELY_OPENERS : 0;
    return opener;
  }

  /** Those that were there at a census, from the one that began last. Their numbers begin anew now and then. */
  #youngest(census: number): number[] {
    const last = this.#processes.lastPid();
    const ageOf = (pid: number): number => (last - pid + PID_LIMIT) % PID_LIMIT;
    const wereThere = [...this.#seen].filter(([, first]) => first <= census);
    return wereThere.map(([pid]) => pid).toSorted((a, b) => ageOf(a) - ageOf(b));
  }

  #count(): undefined {
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

/** What `look` finds; {@link NOT_FOUND} when /proc cannot be read. */
function orNotFound<T>(look: () => T): T | typeof NOT_FOUND {
  try {
    return look();
  } catch {
    return NOT_FOUND;
  }
}
