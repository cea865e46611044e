import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { BsmountError } from "../core/errors.ts";
import { ensureSafeFolder } from "../linux/private-folder.ts";
import { lockOwner, takeLock } from "../linux/process-lock.ts";

/** A killed process takes a moment to die. */
const PATIENCE_MS = 1000;
const RETRY_MS = 50;

/** The folder of a lasting emulator, held by one process of its user at a time. */
export class DataFolder implements AsyncDisposable {
  readonly path: string;
  readonly #lock: AsyncDisposable;

  private constructor(path: string, lock: AsyncDisposable) {
    this.path = path;
    this.#lock = lock;
  }

  /**
   * Makes the folder, with mode 0700, when it is missing.
   * @throws BsmountError `busy` when another process holds it; `environment`, also where others can make files in it,
   * which could be links; `no-space`
   */
  static async hold(path: string): Promise<DataFolder> {
    const folder = resolve(path);
    const { isShared } = await ensureSafeFolder(folder);
    if (isShared) throw sharedFolder(folder);
    const place = { folder, key: "emulator" };
    for (const deadline = Date.now() + PATIENCE_MS; ; await delay(RETRY_MS)) {
      const lock = await takeLock(place);
      if (lock !== undefined) return new DataFolder(folder, lock);
      if (Date.now() > deadline) throw inUse(folder, await lockOwner(place));
    }
  }

  join(name: string): string {
    return join(this.path, name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lock[Symbol.asyncDispose]();
  }
}

function sharedFolder(path: string): BsmountError {
  const message = `the emulator does not keep its data in ${path}: others can make files there`;
  return new BsmountError("environment", message, { remedy: "give a folder of your own in it" });
}

function inUse(path: string, pid: number | undefined): BsmountError {
  const whose = pid === undefined ? "another emulator" : `the emulator of process ${pid}`;
  return new BsmountError("busy", `the data folder ${path} is in use by ${whose}`, {
    remedy: "end that emulator, or give another folder",
  });
}
