/*
 * A process may have only so many files and sockets open (`ulimit -n`), the machine only so many in all. What
 * fails for want of a descriptor says nothing of what it was about: the file may be there, the process alive.
 */

/** True when a call failed because no descriptor was left, for this process or on the machine. */
export function isOutOfDescriptors(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; depth += 1) {
    if ("code" in at && (at.code === "EMFILE" || at.code === "ENFILE")) return true;
    at = at.cause;
  }
  return false;
}

/** What the user can do about it. */
export const MORE_DESCRIPTORS =
  "unmount, allow more open files (ulimit -n 4096) and mount again, or use fewer files at a time";
