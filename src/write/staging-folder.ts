import { mkdir, mkdtemp, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { MORE_DESCRIPTORS } from "../core/descriptors.ts";
import { BsmountError } from "../core/errors.ts";
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
  readonly #maxFiles: number;
  #path: Promise<string> | undefined;
  #count = 0;
  /** Each has a descriptor. */
  #openFiles = 0;

  /** @param maxFiles - at a time, so that descriptors are left for everything else. @default no limit */
  constructor(parent: string, maxFiles: number = Infinity) {
    this.parent = parent;
    this.#maxFiles = maxFiles;
  }

  /** @throws BsmountError `no-space`, `no-descriptors`, `environment` */
  async createFile(): Promise<StagingFile> {
    if (this.#openFiles >= this.#maxFiles) throw tooManyFiles(this.#maxFiles);
    this.#openFiles += 1;
    const onClosed = (): void => void (this.#openFiles -= 1);
    try {
      this.#path ??= makeFolder(this.parent);
      this.#count += 1;
      return await StagingFile.create(join(await this.#path, String(this.#count)), onClosed);
    } catch (error) {
      onClosed();
      throw error;
    }
  }

  /** Of the disk it is on. */
  async space(): Promise<Space> {
    await mkdir(this.parent, { recursive: true, mode: 0o700 });
    const { bsize, blocks, bavail } = await statfs(this.parent);
    return { totalBytes: bsize * blocks, freeBytes: bsize * bavail };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const path = await this.#path?.catch(() => undefined);
    if (path !== undefined) await rm(path, { recursive: true, force: true });
  }
}

function tooManyFiles(count: number): BsmountError {
  const problem = `cannot write another file: ${count} are open, or not uploaded yet`;
  const remedy = `close some, or ${MORE_DESCRIPTORS}`;
  return new BsmountError("no-descriptors", problem, { remedy });
}

async function makeFolder(parent: string): Promise<string> {
  try {
    await mkdir(parent, { recursive: true, mode: 0o700 });
    return await mkdtemp(join(parent, "mount-"));
  } catch (cause) {
    throw new BsmountError("environment", `cannot make a staging folder in ${parent}`, {
      cause,
      remedy: "name a folder that you can write to with --staging-dir",
    });
  }
}
