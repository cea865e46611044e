import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/*
 * Where a process runs. Folders can be seen from several machines and containers; the number of a process means
 * something only among those of one boot that share a namespace of process numbers, see pid_namespaces(7).
 */

export interface Machine {
  readonly host: string;
  /** Of this installation, see machine-id(5): names are given twice. Empty where there is none. */
  readonly id: string;
  /** Made anew at every start of the machine; empty where it cannot be told. */
  readonly boot: string;
  /** The namespace of process numbers; empty where there is none. */
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
 * What this process, which runs on `here`, can know of one that ran on the other machine: `here`, whether it still
 * runs; `ended`, since this machine was started anew after it; `elsewhere`, nothing.
 */
export function whereabouts(
  { host, id, boot, processes }: Machine,
  here: Machine = thisMachine(),
): "here" | "ended" | "elsewhere" {
  if (boot === here.boot) return processes === here.processes ? "here" : "elsewhere";
  return host === here.host && id === here.id ? "ended" : "elsewhere";
}

/** Empty only where there is none: what merely could not be read would pass for another machine. */
function orEmpty(look: () => string): string {
  try {
    return look();
  } catch (error) {
    if (ABSENT.has(String((error as NodeJS.ErrnoException).code))) return "";
    throw error;
  }
}

const ABSENT: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "EACCES", "EPERM"]);
