import { readFileSync } from "node:fs";

/*
 * The number of open files and sockets is limited for a process (`ulimit -n`) and for the machine. A call that fails
 * because none is free says nothing about its subject: the file may exist, and the process may be alive.
 */

/** The remedy for it. */
export const MORE_DESCRIPTORS = "allow more open files, with ulimit -n 4096, and start it again";

/** Whether a call failed because this process, or the machine, had no free descriptor. */
export function isOutOfDescriptors(error: unknown): boolean {
  let at = error;
  for (let depth = 0; at instanceof Error && depth < 8; depth += 1) {
    if ("code" in at && (at.code === "EMFILE" || at.code === "ENFILE")) return true;
    at = at.cause;
  }
  return false;
}

/** The number of descriptors that this process may have; Infinity when it is unknown. */
export function maxDescriptors(): number {
  try {
    const limits = readFileSync("/proc/self/limits", "utf8");
    return Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Infinity);
  } catch {
    return Infinity;
  }
}
