import { readFileSync } from "node:fs";

/** A process that can be told from a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time in clock ticks since boot, field 22 of /proc/PID/stat; see proc_pid_stat(5). */
  readonly startTicks: string;
}

export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, startTicks: startTicksOf(process.pid) ?? "" };
}

/**
 * Whether that very process still runs; a zombie has ended. Without /proc, any process of its number passes for it.
 * @throws what reading /proc throws: nobody is taken for dead because of it
 */
export function isRunning({ pid, startTicks }: ProcessIdentity): boolean {
  if (pid === process.pid) return startTicks === thisProcess().startTicks;
  const ticks = startTicksOf(pid);
  if (ticks !== undefined || hasProc()) return ticks === startTicks;
  return startTicks === "" && hasNumber(pid);
}

function hasProc(): boolean {
  return startTicksOf("self") !== undefined;
}

function hasNumber(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Whether the process was stopped by a signal or a debugger: it does nothing until it is told to go on. */
export function isStopped(pid: number): boolean {
  return /^[Tt]$/.test(fieldsOf(pid)[0] ?? "");
}

/** The processes that `pid` was called by, the nearest first, as far as they can be seen. */
export function callersOf(pid: number): readonly number[] {
  const callers: number[] = [];
  for (let at = parentOf(pid); at > 0 && !callers.includes(at); at = parentOf(at)) callers.push(at);
  return callers;
}

function parentOf(pid: number): number {
  return Number(fieldsOf(pid)[1] ?? 0);
}

function startTicksOf(pid: number | "self"): string | undefined {
  const [state, ...fields] = fieldsOf(pid);
  return state === "Z" || state === "X" ? undefined : fields[18];
}

/** From the third on, the state; none when there is no such process. */
function fieldsOf(pid: number | "self"): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command, the second field, may itself hold spaces and parentheses.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // ESRCH: it ended while it was read.
    if (code === "ENOENT" || code === "ESRCH" || code === "ENOTDIR") return [];
    throw error;
  }
}
