import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import process from "node:process";
import { neverAborted } from "../../core/abort.ts";
import { BsmountError, reasonOf } from "../../core/errors.ts";
import { ensurePrivateFolder } from "../../linux/private-folder.ts";
import { lockOwner, type LockId, takeLock } from "../../linux/process-lock.ts";
import { SingleFlight } from "../../core/single-flight.ts";
import { lockFolders } from "../../core/user-folders.ts";
import { unwritableError } from "./local-files.ts";

/** The use of a local file, for error messages, as in "x is being downloaded". */
export interface LocalFileUse {
  readonly path: string;
  readonly what: string;
  /** The folder of the locks. */
  readonly lockFolder: string;
}

/**
 * Locks the local file `path`, which need not exist, for one transfer of this user at a time on this machine.
 * Different spellings of a path share the lock, as the file is identified by its folder.
 * @throws BsmountError `busy` naming the process that has it; `unavailable` when the folder does not exist;
 * `environment`, `no-space` when no lock can be created
 */
export async function lockLocalFile({
  path,
  what,
  lockFolder,
}: LocalFileUse): Promise<AsyncDisposable> {
  const key = await keyOf(path);
  let failure: unknown;
  for (const folder of lockFolders(lockFolder)) {
    const id = { folder, key };
    try {
      await checks.run(folder, neverAborted, async () => await ensurePrivateFolder(folder));
      const lock = await takeLock(id);
      if (lock !== undefined) return lock;
    } catch (error) {
      failure ??= error;
      // Where no lock can be created, another process may have created it before.
      if ((await holderIn(id)) === undefined) continue;
    }
    throw new BsmountError("busy", `${what} by ${nameOfProcess(await holderIn(id))}`, {
      remedy: "wait until that has ended, or take another name",
    });
  }
  throw noLockError(lockFolder, failure);
}

/** The number of the process that has the lock of `path`; undefined when none of this machine has it. */
export async function lockHolderOf(path: string, lockFolder: string): Promise<number | undefined> {
  const key = await keyOf(path);
  for (const folder of lockFolders(lockFolder)) {
    const pid = await holderIn({ folder, key });
    if (pid !== undefined) return pid;
  }
  return undefined;
}

/** Shared, so that the checks of several callers end in the order in which they began. */
const checks = new SingleFlight<string, void>();

async function keyOf(path: string): Promise<string> {
  const folder = await stat(dirname(path), { bigint: true }).catch((cause: unknown) => {
    throw unwritableError(path, cause);
  });
  return `transfer ${folder.dev} ${folder.ino} ${basename(path)}`;
}

async function holderIn(id: LockId): Promise<number | undefined> {
  return await lockOwner(id).catch(() => undefined);
}

function noLockError(folder: string, cause: unknown): BsmountError {
  const { code } = cause as NodeJS.ErrnoException;
  const isFull = code === "ENOSPC" || code === "EDQUOT" || reasonOf(cause) === "no-space";
  const problem = `cannot keep a lock in ${folder}, nor below the folder for temporary files`;
  return new BsmountError(isFull ? "no-space" : "environment", problem, {
    cause,
    remedy: isFull ? "free space there" : "set XDG_STATE_HOME to a folder of your own",
  });
}

function nameOfProcess(pid: number | undefined): string {
  if (pid === undefined) return "another process";
  return pid === process.pid ? "this process already" : `process ${pid}`;
}
