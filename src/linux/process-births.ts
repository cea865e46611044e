import { existsSync, readFileSync, readdirSync, readlinkSync, statSync } from "node:fs";

/*
 * The processes that were started after a moment, found without a look at all others.
 *
 * Linux numbers the processes and threads of a PID namespace in order, and begins again behind the reserved numbers
 * when it reaches `pid_max` (alloc_pid in kernel/pid.c); a number in use is skipped. /proc/loadavg has the number that
 * was given out last. So what was started since a mark has a number behind the marked one, up to the last, unless the
 * numbers have come all the way round since. That takes as many starts as there are numbers, less those in use. Few
 * milliseconds are too short for it; after a longer time the kernel's count of all starts (`processes` in /proc/stat)
 * tells. That count includes other namespaces, so it can only be too high. It is slow to read on machines with many
 * CPUs, and is read only when it is needed.
 *
 * Only a process with the right to do so gives out numbers in another order (`ns_last_pid`, `set_tid` of clone3), as
 * CRIU does to restore processes. Those open their files anew.
 */

/** A moment; {@link ProcessBirths.since} finds what was started after it. */
export interface BirthMark {
  readonly lastPid: number;
  readonly atMs: number;
  /** The number of starts since the machine was booted, at this moment or before it. */
  readonly starts: number;
}

/** The part of /proc that counts starts. */
export interface StartCounters {
  /** The number that was given out last, and how many processes and threads there are. */
  load(): { readonly lastPid: number; readonly threads: number };
  /** All starts since the machine was booted; NaN when the kernel does not tell. */
  starts(): number;
  /** One more than the highest number. */
  pidMax(): number;
  /** All processes of the namespace, without threads, in no order. */
  pids(): readonly number[];
  /** Whether a process or thread has this number. */
  exists(pid: number): boolean;
  /**
   * Whether the kernel itself tells this about the PID namespace of this process. In containers /proc can be that of
   * another namespace, and LXCFS replaces files of it by some that are seconds old.
   */
  readonly isGenuine: boolean;
  nowMs(): number;
}

/** More starts than any machine makes in a millisecond. */
const STARTS_PER_MS = 500;
/** Numbers that are not given out again: RESERVED_PIDS of the kernel. */
const RESERVED = 300;
/** So many numbers are looked at one by one; for more of them, listing all processes costs less. */
const FEW = 64;
/** A mark has a count of starts, and a search the highest number, that is at most so old. */
const COUNT_MS = 1000;

/** Finds young processes. Every method throws when /proc cannot be read. */
export class ProcessBirths {
  readonly #counters: StartCounters;
  #starts: number | undefined;
  #countedAtMs = 0;
  #pidMax = 0;
  #pidMaxAtMs = Number.NEGATIVE_INFINITY;

  constructor(counters: StartCounters = systemCounters()) {
    this.#counters = counters;
  }

  /** This moment. */
  mark(): BirthMark {
    const atMs = this.#counters.nowMs();
    if (this.#starts === undefined || atMs - this.#countedAtMs > COUNT_MS) {
      this.#starts = this.#counters.starts();
      this.#countedAtMs = atMs;
    }
    return { lastPid: this.#counters.load().lastPid, atMs, starts: this.#starts };
  }

  /**
   * The processes that were started since `mark` and still run, youngest first, maybe with some of their threads;
   * undefined when any process may have been.
   */
  since(mark: BirthMark): readonly number[] | undefined {
    const { lastPid, threads } = this.#counters.load();
    // Some sandboxes show zeros.
    const isCounted = this.#counters.isGenuine && lastPid > 0 && threads > 0;
    if (!isCounted || !this.#isWithinOneRound(mark, threads)) return undefined;
    const count = lastPid - mark.lastPid;
    if (count === 0) return [];
    if (count > 0 && count <= FEW) {
      const numbers = Array.from({ length: count }, (_, before) => lastPid - before);
      return numbers.filter((pid) => this.isInUse(pid));
    }
    const hasWrapped = count < 0;
    const isYoung = (pid: number): boolean =>
      hasWrapped ? pid > mark.lastPid || pid <= lastPid : pid > mark.lastPid && pid <= lastPid;
    const pidMax = this.#highest();
    const age = (pid: number): number => (lastPid - pid + pidMax) % pidMax;
    const young = this.#counters.pids().filter(isYoung);
    return young.toSorted((a, b) => age(a) - age(b));
  }

  /**
   * Those of the `count` numbers that were given out last before `mark` that are in use, youngest first: most likely the
   * youngest processes of that moment.
   */
  lastBefore(mark: BirthMark, count: number): readonly number[] {
    const pidMax = this.#highest();
    const numbers = Array.from({ length: count }, (_, before) => {
      const pid = mark.lastPid - before;
      return pid >= RESERVED ? pid : pidMax - RESERVED + pid;
    });
    return numbers.filter((pid) => this.isInUse(pid));
  }

  /** Whether a process or thread has this number now. */
  isInUse(pid: number): boolean {
    return this.#counters.exists(pid);
  }

  /** One more than the highest number. */
  #highest(): number {
    const nowMs = this.#counters.nowMs();
    if (nowMs - this.#pidMaxAtMs > COUNT_MS) {
      this.#pidMax = this.#counters.pidMax();
      this.#pidMaxAtMs = nowMs;
    }
    return this.#pidMax;
  }

  #isWithinOneRound(mark: BirthMark, threads: number): boolean {
    const free = this.#highest() - RESERVED - threads;
    const passedMs = this.#counters.nowMs() - mark.atMs;
    return passedMs * STARTS_PER_MS < free || this.#counters.starts() - mark.starts < free;
  }
}

/** Those of this machine. */
export function systemCounters(): StartCounters {
  return {
    load: () => {
      const fields = readFileSync("/proc/loadavg", "utf8").trim().split(" ");
      const [, threads = NaN] = (fields[3] ?? "").split("/").map(Number);
      return { lastPid: Number(fields[4]), threads };
    },
    starts: () => {
      const stat = readFileSync("/proc/stat", "utf8");
      return Number(/^processes (\d+)$/m.exec(stat)?.[1] ?? NaN);
    },
    pidMax: () => Number(readFileSync("/proc/sys/kernel/pid_max", "utf8")),
    pids: otherPids,
    exists: (pid) => pid !== process.pid && existsSync(`/proc/${pid}`),
    isGenuine: isGenuineProc(),
    nowMs: () => performance.now(),
  };
}

/** The numbers of all processes but this one, in no order. @throws when /proc cannot be read */
export function otherPids(): readonly number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid);
}

function isGenuineProc(): boolean {
  try {
    const { dev } = statSync("/proc");
    const files = ["/proc/loadavg", "/proc/stat"].map((path) => statSync(path));
    return (
      readlinkSync("/proc/self") === String(process.pid) && files.every((file) => file.dev === dev)
    );
  } catch {
    return false;
  }
}
