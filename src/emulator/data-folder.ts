import { randomUUID } from "node:crypto";
import { link, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { BsmountError } from "../core/errors.ts";
import { makeFolders } from "../core/make-folders.ts";

/** A killed process takes a moment to die. */
const PATIENCE_MS = 1000;
const RETRY_MS = 50;

/**
 * The folder of a lasting emulator, held by one process at a time: its `lock` names the holder's pid and
 * start time, so that a lock left by a killed process is recognised and replaced.
 */
export class DataFolder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** @throws BsmountError `busy` when another process holds it; `environment`, `no-space` */
  static async hold(path: string): Promise<DataFolder> {
    const folder = new DataFolder(resolve(path));
    await makeFolders(folder.path, { mode: 0o700 });
    for (const deadline = Date.now() + PATIENCE_MS; !(await folder.#lock());) {
      const holder = await folder.#holder();
      if (holder === undefined) await rm(folder.#lockPath, { force: true });
      else if (Date.now() > deadline) throw inUse(folder.path, holder);
      else await delay(RETRY_MS);
    }
    return folder;
  }

  join(name: string): string {
    return join(this.path, name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#lockPath, { force: true });
  }

  get #lockPath(): string {
    return this.join("lock");
  }

  async #lock(): Promise<boolean> {
    const own = this.join(`lock.${randomUUID()}`);
    await writeFile(own, `${process.pid} ${await startOf(process.pid)}\n`, { mode: 0o600 });
    try {
      // Unlike an open, a link brings the text with it: nobody ever sees an empty lock.
      await link(own, this.#lockPath);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      throw error;
    } finally {
      await rm(own, { force: true });
    }
  }

  /** The living process that the lock names. */
  async #holder(): Promise<number | undefined> {
    const text = await readFile(this.#lockPath, "utf8").catch(() => "");
    const [pid = 0, start = 0] = text.split(" ").map(Number);
    if (pid === 0 || !isAlive(pid)) return undefined;
    return (await startOf(pid)) === start ? pid : undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * Clock ticks from boot to the process's start, which tells it from a later one of the same pid; 0 where
 * there is no /proc, -1 for a process that is dead but not yet buried by its parent.
 */
async function startOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const [state = "", ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return state === "Z" || state === "X" ? -1 : Number(fields[18] ?? 0);
}

function inUse(path: string, pid: number): BsmountError {
  const message = `the data folder ${path} is in use by the emulator of process ${pid}`;
  return new BsmountError("busy", message, {
    remedy: "end that emulator, or give another folder",
  });
}
