import { readdirSync, readFileSync } from "node:fs";

/** Identifies a process across the reuse of process numbers. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time in clock ticks since boot, field 22 of /proc/PID/stat; see proc_pid_stat(5). */
  readonly startTicks: string;
}

export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, startTicks: startTicksOf(process.pid) ?? "" };
}

/**
 * Whether this process still runs; a zombie does not. Without /proc, any process with its number counts.
 * @throws what reading /proc throws, since a process whose state is unknown must not be taken for dead
 */
export function isRunning({ pid, startTicks }: ProcessIdentity): boolean {
  if (pid === process.pid) return startTicks === thisProcess().startTicks;
  const ticks = startTicksOf(pid);
  if (ticks !== undefined || hasProc()) return ticks === startTicks;
  return startTicks === "" && pidExists(pid);
}

function hasProc(): boolean {
  return startTicksOf("self") !== undefined;
}

function pidExists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Whether a signal or a debugger stopped the process, so that it does nothing until it is continued. */
export function isStopped(pid: number): boolean {
  return /^[Tt]$/.test(statFields(pid)[0] ?? "");
}

/** In the flags of a process that is exiting. */
const PF_EXITING = 0x4;

/**
 * Whether a signal is ending the process: it is exiting, and its exit code has the number of a signal. A process that ends
 * by itself has none, also when other threads of it are ended, as by exit_group(2). The exit code is shown to its user
 * and to root; for others this is false.
 */
export function isBeingKilled({ pid, startTicks }: ProcessIdentity): boolean {
  const fields = statFields(pid);
  if (fields[START_FIELD] !== startTicks) return false;
  if (!isZombie(fields)) return isExitingBySignal(fields);
  // The last thread to exit closes the descriptors, and the main thread may have exited before.
  return threadsOf(pid).some((thread) => isExitingBySignal(statFields(`${pid}/task/${thread}`)));
}

function isExitingBySignal(fields: readonly string[]): boolean {
  const isExiting = (Number(fields[FLAGS_FIELD]) & PF_EXITING) !== 0;
  // What is a zombie has closed everything before.
  return isExiting && !isZombie(fields) && (Number(fields[EXIT_CODE_FIELD]) & 0x7f) !== 0;
}

function isZombie([state]: readonly string[]): boolean {
  return state === "Z" || state === "X";
}

/** The threads of a process that are left. */
function threadsOf(pid: number): readonly string[] {
  return orIfGone(() => readdirSync(`/proc/${pid}/task`), []);
}

/**
 * The process that has this number now, or one of whose threads has it; undefined when there is none. It may be one whose
 * main thread has ended.
 */
export function processOfThread(thread: number): ProcessIdentity | undefined {
  const status = orIfGone(() => readFileSync(`/proc/${thread}/status`, "utf8"), "");
  const pid = Number(/^Tgid:\s*(\d+)$/m.exec(status)?.[1] ?? NaN);
  const startTicks = statFields(pid)[START_FIELD];
  return startTicks === undefined ? undefined : { pid, startTicks };
}

/** The ancestors of process `pid`, its parent first, as far as they can be seen. */
export function callersOf(pid: number): readonly number[] {
  const callers: number[] = [];
  for (let caller = parentOf(pid); caller > 0; caller = parentOf(caller)) {
    if (callers.includes(caller)) break;
    callers.push(caller);
  }
  return callers;
}

function parentOf(pid: number): number {
  return Number(statFields(pid)[1] ?? 0);
}

function startTicksOf(pid: number | "self"): string | undefined {
  const fields = statFields(pid);
  return isZombie(fields) ? undefined : fields[START_FIELD];
}

/* Indices in the result of `statFields`, which begins with the third field of proc_pid_stat(5). */
const FLAGS_FIELD = 9 - 3;
const START_FIELD = 22 - 3;
const EXIT_CODE_FIELD = 52 - 3;

/**
 * The fields of /proc/PID/stat from the third on, which is the state; empty when there is no such process.
 * @param process a number, or `PID/task/TID` for a thread
 */
function statFields(process: number | string): readonly string[] {
  const stat = orIfGone(() => readFileSync(`/proc/${process}/stat`, "utf8"), "");
  // The command, the second field, may itself contain spaces and parentheses.
  return stat === "" ? [] : stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** Returns `fallback` when the process has ended. */
function orIfGone<T>(read: () => T, fallback: T): T {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // ESRCH: the process ended during the read.
    if (code === "ENOENT" || code === "ESRCH" || code === "ENOTDIR") return fallback;
    throw error;
  }
}
