import { setImmediate } from "node:timers/promises";
import type { Clock } from "../core/clock.ts";
import { hasOpenForWriting, otherProcesses } from "./open-descriptors.ts";

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
 * A writer that is not seen costs a version of the file, never a byte.
 */

/** For so long the event loop is kept from its other work at a time. */
const SLICE_MS = 4;
/** Process numbers come again; hardly sooner than this. */
const YOUNG_MS = 5000;
/** Who opens a file is most likely who opened the last one, or has started only now. */
const LIKELY_OPENERS = 8;

const NOT_FOUND = 0;

interface Made {
  readonly atMs: number;
  /** The processes that were there. */
  readonly census: number;
  /** Undefined before the first byte; {@link NOT_FOUND} when every process has to be looked at. */
  opener: number | undefined;
}

/** Tells whether a file that is closed is still open for writing elsewhere. Paths are absolute. */
export class OtherWriters {
  readonly #clock: Clock;
  /** By handle, for as long as it is open. */
  readonly #made = new Map<number, Made>();
  /** Every process, with the number of the census that it was first seen in. */
  #seen: ReadonlyMap<number, number> = new Map();
  #census = 0;
  #lastOpener = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Told when a file is made, before whoever makes it goes on. */
  made(handle: number): void {
    this.#count();
    this.#made.set(handle, {
      atMs: this.#clock.now(),
      census: this.#census,
      opener: undefined,
    });
  }

  /** Told of every write, before it is answered. */
  wrote(handle: number, path: string): void {
    const made = this.#made.get(handle);
    if (made === undefined || made.opener !== undefined) return;
    made.opener = this.#findOpener(made, path) ?? NOT_FOUND;
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

  /** True when a process has `path` open for writing. */
  async isOpenForWriting(handle: number, path: string): Promise<boolean> {
    const made = this.#made.get(handle);
    const opener = made?.opener ?? NOT_FOUND;
    const isYoung = made !== undefined && this.#clock.now() - made.atMs < YOUNG_MS;
    if (!isYoung || opener === NOT_FOUND) return await isOpenIn(otherProcesses(), path);
    this.#count();
    const younger = [...this.#seen].filter(([, census]) => census > made.census);
    return await isOpenIn([opener, ...younger.map(([pid]) => pid)], path);
  }

  /** A process that was there when the file was made, and has it open. */
  #findOpener({ census }: Made, path: string): number | undefined {
    const wasThere = (pid: number): boolean => (this.#seen.get(pid) ?? Infinity) <= census;
    const youngest = [...this.#seen.keys()].filter(wasThere).toSorted((a, b) => b - a);
    const likely = [this.#lastOpener, ...youngest.slice(0, LIKELY_OPENERS)];
    return likely.find((pid) => wasThere(pid) && hasOpenForWriting(pid, path));
  }

  #count(): void {
    this.#census += 1;
    const before = this.#seen;
    this.#seen = new Map(otherProcesses().map((pid) => [pid, before.get(pid) ?? this.#census]));
  }
}

async function isOpenIn(pids: readonly number[], path: string): Promise<boolean> {
  let sliceEnd = performance.now() + SLICE_MS;
  for (const pid of pids) {
    if (hasOpenForWriting(pid, path)) return true;
    if (performance.now() < sliceEnd) continue;
    await setImmediate();
    sliceEnd = performance.now() + SLICE_MS;
  }
  return false;
}
