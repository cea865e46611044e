import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { BsmountError } from "../../core/errors.ts";
import { ensureSafeFolder } from "../../linux/private-folder.ts";
import { lockOwner, takeLock } from "../../linux/process-lock.ts";

/** How long to wait for the lock: a killed process needs a moment to exit. */
const PATIENCE_MS = 1000;
const RETRY_MS = 50;

/** The folder of a persistent emulator, locked by one process at a time. */
export class DataFolder implements AsyncDisposable {
  readonly path: string;
  readonly #lock: AsyncDisposable;

  private constructor(path: string, lock: AsyncDisposable) {
    this.path = path;
    this.#lock = lock;
  }

  /**
   * Locks the folder; creates it, with mode 0700, if it does not exist.
   *
   * @throws BsmountError `busy` if another process has locked it; `environment`, also if other users can create files
   * in it, which could be links; `no-space`
   */
  static async acquire(path: string): Promise<DataFolder> {
    const folder = resolve(path);
    const { isShared } = await ensureSafeFolder(folder);
    if (isShared) throw sharedFolderError(folder);
    const lockName = { folder, key: "emulator" };
    for (const deadline = Date.now() + PATIENCE_MS; ; await delay(RETRY_MS)) {
      const lock = await takeLock(lockName);
      if (lock !== undefined) return new DataFolder(folder, lock);
      if (Date.now() > deadline) throw inUseError(folder, await lockOwner(lockName));
    }
  }

  join(name: string): string {
    return join(this.path, name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lock[Symbol.asyncDispose]();
  }
}

function sharedFolderError(path: string): BsmountError {
  const message = `the emulator does not store its data in ${path}: other users can create files there`;
  return new BsmountError("environment", message, {
    remedy: "name a subfolder that only you can write to",
  });
}

function inUseError(path: string, pid: number | undefined): BsmountError {
  const owner = pid === undefined ? "another emulator" : `the emulator of process ${pid}`;
  return new BsmountError("busy", `the data folder ${path} is in use by ${owner}`, {
    remedy: "stop that emulator, or name another folder",
  });
}
