import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import process from "node:process";
import { BsmountError } from "../../core/errors.ts";
import { lockHolder, takeLock } from "../../core/process-lock.ts";
import { cannotWrite } from "./local-place.ts";

/**
 * Keeps the local file `path`, which need not be there, for one transfer at a time on this machine. However
 * it is written, it is known by its folder. `what` says for people what is done, as in "x is being downloaded".
 * @throws BsmountError `busy` naming the process that has it; `unavailable` when the folder is not there
 */
export async function lockPlace(path: string, what: string): Promise<AsyncDisposable> {
  const folder = await stat(dirname(path), { bigint: true }).catch((cause: unknown) => {
    throw cannotWrite(path, cause);
  });
  const key = `transfer ${folder.dev} ${folder.ino} ${basename(path)}`;
  const lock = await takeLock(key);
  if (lock !== undefined) return lock;
  throw new BsmountError("busy", `${what} by ${whoIs(await lockHolder(key))}`, {
    remedy: "wait until that has ended, or take another name",
  });
}

function whoIs(pid: number | undefined): string {
  if (pid === undefined) return "another process";
  return pid === process.pid ? "this process already" : `process ${pid}`;
}
