import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/**
 * Where a process runs. Several machines and containers can share a folder, but a process number is valid only in one
 * boot and one PID namespace, see pid_namespaces(7).
 */
export interface Machine {
  readonly host: string;
  /** The machine id of machine-id(5), since host names are not unique. Empty where there is none. */
  readonly id: string;
  /** New at every start of the machine; empty where it is unknown. */
  readonly boot: string;
  /** The PID namespace; empty where there is none. */
  readonly processes: string;
}

export function thisMachine(): Machine {
  return {
    host: hostname(),
    id: orEmpty(() => readFileSync("/etc/machine-id", "utf8").trim()),
    boot: orEmpty(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()),
    processes: orEmpty(() => readlinkSync("/proc/self/ns/pid")),
  };
}

/**
 * Where a process of another `Machine` is, seen from `here`: `here` when this process can check whether it still runs,
 * `ended` when this machine was restarted since, `elsewhere` when nothing is known about it.
 */
export function whereabouts(
  { host, id, boot, processes }: Machine,
  here: Machine = thisMachine(),
): "here" | "ended" | "elsewhere" {
  if (boot === here.boot) return processes === here.processes ? "here" : "elsewhere";
  return host === here.host && id === here.id ? "ended" : "elsewhere";
}

/** Empty only where there is none. Any other failure is thrown, since it would look like another machine. */
function orEmpty(read: () => string): string {
  try {
    return read();
  } catch (error) {
    if (ABSENT.has(String((error as NodeJS.ErrnoException).code))) return "";
    throw error;
  }
}

const ABSENT: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "EACCES", "EPERM"]);
