import { unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { BsmountError } from "../core/errors.ts";
import { whereabouts } from "../linux/machine.ts";
import { takeLock } from "../linux/process-lock.ts";
import { tidyStaging } from "./leftovers.ts";
import { isOwnerRunning, readJournal } from "./read-journal.ts";
import { stagingLockOf } from "./staging-folder.ts";

/**
 * Runs `work` on a staging file that an ended process has left behind. Meanwhile no mount can take over its folder.
 * @throws BsmountError `busy` while a process uses the folder, or may use it on another machine
 */
export async function withEndedFolder<Value>(
  file: string,
  work: () => Promise<Value>,
): Promise<Value> {
  const folder = dirname(file);
  const lock = await takeLock(stagingLockOf(folder));
  if (lock === undefined) throw inUseError(file);
  try {
    const journal = await readJournal(folder);
    const machine = journal?.machine;
    const isElsewhere = machine !== undefined && whereabouts(machine) === "elsewhere";
    // The lock is a file, which somebody may have deleted while the process runs.
    if (isElsewhere || isOwnerRunning(journal)) throw inUseError(file);
    return await work();
  } finally {
    await lock[Symbol.asyncDispose]();
  }
}

/** Deletes a staging file that an ended process has left behind. @throws as {@link withEndedFolder}, unlink(2) */
export async function discardLeftover(file: string): Promise<void> {
  await withEndedFolder(file, async () => await unlink(file));
  await tidyStaging(dirname(dirname(file)));
}

function inUseError(file: string): BsmountError {
  return new BsmountError("busy", `a process uses the staging file ${file}`, {
    remedy: "bsmount uploads list names the process: wait for it, or unmount",
  });
}
