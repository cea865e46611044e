import type { FileOnMount, Processes } from "../linux/open-descriptors.ts";
import type { ProcessBirths } from "../linux/process-births.ts";
import type { MaybePromise } from "../core/maybe-promise.ts";
import { findInSlices } from "./slices.ts";
import type { WritingHandle } from "./writing-handles.ts";

/** So many openers are remembered, since one program often makes many files. */
const RECENT = 16;
/** A program that was started to make a file has one of the latest numbers. */
const LATEST = 64;
/** After a search of all processes in vain none is made for so many times its duration, and a second at the most. */
const PAUSE_FACTOR = 20;
const MAX_PAUSE_MS = 1000;

/**
 * Finds the process that has opened a file for writing: it existed when the file was opened, so it is not among the
 * younger ones. Call {@link find} while the opener, or another process with its descriptor, waits for the reply to a
 * write.
 */
export class OpenerSearch {
  readonly #processes: Processes;
  readonly #births: ProcessBirths;
  /** Openers of other files, the last one first. */
  #recent: readonly number[] = [];
  #pausedUntilMs = 0;

  constructor(processes: Processes, births: ProcessBirths) {
    this.#processes = processes;
    this.#births = births;
  }

  /**
   * Notes in `opened` what is found.
   * @param others the other handles of the file: while there are any, who has it open may have opened those
   * @throws when /proc cannot be read
   */
  find(
    opened: WritingHandle,
    file: FileOnMount,
    others: () => readonly WritingHandle[],
  ): MaybePromise<void> {
    const { mark } = opened;
    const born = mark === undefined ? undefined : this.#births.since(mark);
    if (mark === undefined || born === undefined) return undefined;
    const young = new Set(born);
    const known = new Set(others().flatMap(({ holders }) => holders.map(({ pid }) => pid)));
    const isUnknown = (pid: number): boolean => !young.has(pid) && !known.has(pid);
    const seesIn = (pid: number): boolean => this.#seesIn(pid, opened, { file, others });
    // Who waits for the reply to a write has a descriptor, which costs less to find than a mapping.
    const descriptor = { file: { ...file, isMappable: false }, others };
    const hasDescriptor = (pid: number): boolean => this.#seesIn(pid, opened, descriptor);
    const recent = this.#recent.filter(isUnknown);
    if (recent.some((pid) => this.#births.isInUse(pid) && hasDescriptor(pid))) return undefined;
    const latest = this.#births
      .lastBefore(mark, LATEST)
      .filter((pid) => isUnknown(pid) && !recent.includes(pid));
    if (latest.some(hasDescriptor) || [...recent, ...latest].some(seesIn)) return undefined;
    if (others().length > 0 || performance.now() < this.#pausedUntilMs) return undefined;
    const looked = new Set([...young, ...recent, ...latest]);
    const rest = this.#processes.otherPids().filter((pid) => !looked.has(pid));
    return this.#searchAll(rest, seesIn, () => {
      opened.opener = "none";
      // The process that writes has inherited the descriptor.
      for (const pid of young) {
        if (this.#processes.writeAccess(pid, file) === undefined) continue;
        opened.addHolder(this.#processes.processOfThread(pid));
      }
    });
  }

  async #searchAll(
    pids: readonly number[],
    isOpener: (pid: number) => boolean,
    onNone: () => void,
  ): Promise<void> {
    const begun = performance.now();
    const found = await findInSlices(pids, isOpener);
    if (found !== undefined) return;
    onNone();
    const now = performance.now();
    this.#pausedUntilMs = now + Math.min((now - begun) * PAUSE_FACTOR, MAX_PAUSE_MS);
  }

  /** Whether `pid` has the file open; if so, this is noted. */
  #seesIn(
    pid: number,
    opened: WritingHandle,
    { file, others }: { readonly file: FileOnMount; readonly others: () => readonly unknown[] },
  ): boolean {
    const access = this.#processes.writeAccess(pid, file);
    if (access === undefined) return false;
    // The number may be that of a thread, which can end long before its process.
    const holder = this.#processes.processOfThread(pid);
    opened.addHolder(holder);
    const own = holder?.pid ?? pid;
    this.#recent = [own, ...this.#recent.filter((other) => other !== own)].slice(0, RECENT);
    if (others().length > 0) return true;
    opened.opener = holder;
    if (access === "write-only") opened.isMappable = false;
    return true;
  }
}
