import { mkdtemp, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { BsmountError, reasonOf } from "../core/errors.ts";
import { makeFolders } from "../core/make-folders.ts";
import { StagingFile } from "./staging-file.ts";

export interface Space {
  readonly totalBytes: number;
  readonly freeBytes: number;
}

/**
 * A folder of staging files, private to one mount. It is made when the first file is written, and goes
 * with everything in it when the mount ends.
 */
export class StagingFolder implements AsyncDisposable {
  /** The folder it is made in. */
  readonly parent: string;
  #path: Promise<string> | undefined;
  #count = 0;

  constructor(parent: string) {
    this.parent = parent;
  }

  /** @throws BsmountError `no-space`, `environment` */
  async createFile(): Promise<StagingFile> {
    this.#path ??= makeFolder(this.parent);
    this.#count += 1;
    return await StagingFile.create(join(await this.#path, String(this.#count)));
  }

  /** Of the disk it is on. */
  async space(): Promise<Space> {
    await makeFolders(this.parent, { mode: 0o700 });
    const { bsize, blocks, bavail } = await statfs(this.parent);
    return { totalBytes: bsize * blocks, freeBytes: bsize * bavail };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const path = await this.#path?.catch(() => undefined);
    if (path !== undefined) await rm(path, { recursive: true, force: true });
  }
}

async function makeFolder(parent: string): Promise<string> {
  try {
    await makeFolders(parent, { mode: 0o700 });
    return await mkdtemp(join(parent, "mount-"));
  } catch (cause) {
    if (reasonOf(cause) === "no-space") throw cause;
    throw new BsmountError("environment", `cannot make a staging folder in ${parent}`, {
      cause,
      remedy: "name a folder that you can write to with --state-dir",
    });
  }
}
