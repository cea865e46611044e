import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import process from "node:process";
import { neverAborted } from "../../core/abort.ts";
import { BsmountError, reasonOf } from "../../core/errors.ts";
import { ensurePrivateFolder } from "../../linux/private-folder.ts";
import { lockOwner, type LockId, takeLock } from "../../linux/process-lock.ts";
import { SingleFlight } from "../../core/single-flight.ts";
import { lockFolders } from "../../core/user-folders.ts";
import { cannotWrite } from "./local-place.ts";

/** What is done to which local file, for people, as in "x is being downloaded". */
export interface PlaceUse {
  readonly path: string;
  readonly what: string;
  /** Where the locks are. */
  readonly lockFolder: string;
}

/**
 * Keeps the local file `path`, which need not be there, for one transfer of this user at a time on this machine.
 * However it is written, it is known by its folder.
 * @throws BsmountError `busy` naming the process that has it; `unavailable` when the folder is not there;
 * `environment`, `no-space` when there is no place for locks
 */
export async function lockPlace({ path, what, lockFolder }: PlaceUse): Promise<AsyncDisposable> {
  const key = await keyOf(path);
  let failure: unknown;
  for (const folder of lockFolders(lockFolder)) {
    const place = { folder, key };
    try {
      await checks.run(folder, neverAborted, async () => await ensurePrivateFolder(folder));
      const lock = await takeLock(place);
      if (lock !== undefined) return lock;
    } catch (error) {
      failure ??= error;
      // Where nothing can be made somebody may have made it before.
      if ((await holderIn(place)) === undefined) continue;
    }
    throw new BsmountError("busy", `${what} by ${whoIs(await holderIn(place))}`, {
      remedy: "wait until that has ended, or take another name",
    });
  }
  throw noLock(lockFolder, failure);
}

/** Shared, so that of those who ask one after the other the first one is not the last to know. */
const checks = new SingleFlight<string, void>();

async function keyOf(path: string): Promise<string> {
  const folder = await stat(dirname(path), { bigint: true }).catch((cause: unknown) => {
    throw cannotWrite(path, cause);
  });
  return `transfer ${folder.dev} ${folder.ino} ${basename(path)}`;
}

async function holderIn(place: LockId): Promise<number | undefined> {
  return await lockOwner(place).catch(() => undefined);
}

function noLock(folder: string, cause: unknown): BsmountError {
  const { code } = cause as NodeJS.ErrnoException;
  const isFull = code === "ENOSPC" || code === "EDQUOT" || reasonOf(cause) === "no-space";
  const problem = `cannot keep a lock in ${folder}, nor below the folder for temporary files`;
  return new BsmountError(isFull ? "no-space" : "environment", problem, {
    cause,
    remedy: isFull ? "free space there" : "set XDG_STATE_HOME to a folder of your own",
  });
}

function whoIs(pid: number | undefined): string {
  if (pid === undefined) return "another process";
  return pid === process.pid ? "this process already" : `process ${pid}`;
}
