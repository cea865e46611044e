import { readFileSync } from "node:fs";

/*
 * A process may have only so many files and sockets open (`ulimit -n`), the machine only so many in all. What
 * fails for want of a descriptor says nothing of what it was about: the file may be there, the process alive.
 */

/** What the user can do about it. */
export const MORE_DESCRIPTORS = "allow more open files, with ulimit -n 4096, and start it again";

/** True when a call failed because no descriptor was left, for this process or on the machine. */
export function isOutOfDescriptors(error: unknown): boolean {
  let at = error;
  for (let depth = 0; at instanceof Error && depth < 8; depth += 1) {
    if ("code" in at && (at.code === "EMFILE" || at.code === "ENFILE")) return true;
    at = at.cause;
  }
  return false;
}

/** How many descriptors this process may have at a time; Infinity where that cannot be told. */
export function maxDescriptors(): number {
  try {
    const limits = readFileSync("/proc/self/limits", "utf8");
    return Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Infinity);
  } catch {
    return Infinity;
  }
}
