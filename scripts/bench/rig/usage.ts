import { readFileSync } from "node:fs";

/** What a process has used so far. */
export interface Usage {
  readonly cpuSeconds: number;
  /** The most memory it ever had resident. */
  readonly peakRssBytes: number;
  /** What it wrote to files and sockets. */
  readonly writtenBytes: number;
}

/** Linux counts CPU time in /proc in hundredths of a second. */
const TICKS_PER_SECOND = 100;

/** Usage of process `pid`, all of its threads. */
export function usageOf(pid: number): Usage {
  const [userTicks, systemTicks] = statFields(pid, 13);
  const peak = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return {
    cpuSeconds: ((userTicks ?? 0) + (systemTicks ?? 0)) / TICKS_PER_SECOND,
    peakRssBytes: Number(peak?.[1] ?? 0) * 1024,
    writtenBytes: writtenBytesOf(pid),
  };
}

/** `wchar` of /proc/PID/io, see proc_pid_io(5). */
function writtenBytesOf(pid: number): number {
  const io = readFileSync(`/proc/${pid}/io`, "utf8");
  return Number(/^wchar: (\d+)/m.exec(io)?.[1] ?? 0);
}

/** CPU seconds of this process and of its children that have ended. */
export function ownCpuSeconds(): number {
  const ticks = statFields(process.pid, 13).slice(0, 4);
  return ticks.reduce((sum, value) => sum + value, 0) / TICKS_PER_SECOND;
}

/** The numbers of /proc/PID/stat from field `first` (from 0); the name before them may hold spaces. */
function statFields(pid: number, first: number): number[] {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return fields.slice(first - 2).map(Number);
}
