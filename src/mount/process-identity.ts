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

/** Whether that very process still runs; a zombie has ended. */
export function isRunning(identity: ProcessIdentity): boolean {
  return startTicksOf(identity.pid) === identity.startTicks;
}

function startTicksOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command, the second field, may itself hold spaces and parentheses.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state === "Z" || state === "X" ? undefined : fields[18];
  } catch {
    return undefined;
  }
}
