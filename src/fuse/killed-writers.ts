import type { Processes } from "../linux/open-descriptors.ts";
import type { ProcessBirths } from "../linux/process-births.ts";
import type { WritingHandle } from "./writing-handles.ts";

/*
 * Whether the process that closes a file is ended by a signal. The kernel does not tell which process closes it, and a
 * process that exits has no table of descriptors any more. So it is concluded from the processes that were seen with the
 * file before, and, when none of them is left, from those that can have inherited it.
 */

/** Whether a signal is ending a process that was seen with the file that `handles` have open. */
export function isHolderBeingKilled(
  handles: readonly WritingHandle[],
  processes: Processes,
): boolean {
  return holdersOf(handles).some((holder) => processes.isBeingKilled(holder));
}

/**
 * Whether processes that share a descriptor are killed together, as by `kill -9 -PGID`: those that were seen with the
 * file have ended, and a signal is ending one that was started since the file was opened. As long as one of the former
 * runs, it is that which closes the file, or another one while it runs; so a program that ends by itself is not taken for
 * a killed one because something else is killed at that moment.
 *
 * @throws when /proc cannot be read
 */
export function isGroupBeingKilled(
  handles: readonly WritingHandle[],
  processes: Processes,
  births: ProcessBirths,
): boolean {
  const holders = holdersOf(handles);
  if (holders.length === 0 || holders.some((holder) => processes.isRunning(holder))) return false;
  const marks = handles.flatMap(({ mark }) => mark ?? []);
  const [first] = marks.toSorted((a, b) => a.atMs - b.atMs);
  const young = first === undefined ? undefined : births.since(first);
  return (young ?? []).some((pid) => {
    const heir = processes.processOfThread(pid);
    return heir !== undefined && processes.isBeingKilled(heir);
  });
}

function holdersOf(handles: readonly WritingHandle[]): readonly WritingHandle["holders"][number][] {
  return handles.flatMap(({ holders }) => holders);
}
