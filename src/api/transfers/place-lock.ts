import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import process from "node:process";
import { BsmountError } from "../../core/errors.ts";
import { lockHolder, takeLock } from "../../core/process-lock.ts";
import { usableLockFolder } from "../../core/user-folders.ts";
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
  const folder = await stat(dirname(path), { bigint: true }).catch((cause: unknown) => {
    throw cannotWrite(path, cause);
  });
  const key = `transfer ${folder.dev} ${folder.ino} ${basename(path)}`;
  const place = { folder: await usableLockFolder(lockFolder), key };
  const lock = await takeLock(place);
  if (lock !== undefined) return lock;
  throw new BsmountError("busy", `${what} by ${whoIs(await lockHolder(place))}`, {
    remedy: "wait until that has ended, or take another name",
  });
}

function whoIs(pid: number | undefined): string {
  if (pid === undefined) return "another process";
  return pid === process.pid ? "this process already" : `process ${pid}`;
}
