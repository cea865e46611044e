import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/*
 * Where a process runs. Folders can be seen from several machines and containers; locks and process numbers mean
 * something only among processes of one boot that share a network namespace.
 */

export interface Machine {
  readonly host: string;
  /** Made anew at every start of the machine; empty where it cannot be told. */
  readonly boot: string;
  /** The network namespace; empty where there is none. */
  readonly network: string;
}

export function thisMachine(): Machine {
  return {
    host: hostname(),
    boot: orEmpty(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()),
    network: orEmpty(() => readlinkSync("/proc/self/ns/net")),
  };
}

/**
 * What this process can know of one that ran on `machine`: `here`, its locks tell whether it runs; `ended`, since
 * this machine was started anew after it; `elsewhere`, nothing.
 */
export function whereabouts({ host, boot, network }: Machine): "here" | "ended" | "elsewhere" {
  const here = thisMachine();
  if (boot === here.boot) return network === here.network ? "here" : "elsewhere";
  return host === here.host ? "ended" : "elsewhere";
}

function orEmpty(look: () => string): string {
  try {
    return look();
  } catch {
    return "";
  }
}
