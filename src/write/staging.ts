import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import type { JournalOwner } from "./journal.ts";
import type { ResultFile } from "./result-file.ts";
import { MORE_DESCRIPTORS } from "../core/descriptors.ts";
import { BsmountError } from "../core/errors.ts";
import { ensureSafeFolder } from "../linux/private-folder.ts";
import { localDisk } from "./local-disk.ts";
import { type StagedBytes, StagingFolder } from "./staging-folder.ts";

export interface Space {
  readonly totalBytes: number;
  readonly freeBytes: number;
}

export interface StagingOptions {
  readonly owner: JournalOwner;
  /** Files at a time, so that descriptors are left for everything else. @default no limit */
  readonly maxFiles?: number;
}

/**
 * Where a session stages what is written: in a folder of its own below `parent`, which is made when the first
 * file is written, and made again when somebody removed it meanwhile.
 */
export class Staging implements AsyncDisposable {
  /** Holds the folders of all sessions. */
  readonly parent: string;
  readonly #options: Required<StagingOptions>;
  readonly #folders: StagingFolder[] = [];
  #opening: Promise<StagingFolder> | undefined;
  /** Each has a descriptor. */
  #openFiles = 0;

  constructor(parent: string, { owner, maxFiles = Infinity }: StagingOptions) {
    this.parent = parent;
    this.#options = { owner, maxFiles };
  }

  /** @throws BsmountError `no-space`, `no-descriptors`, `environment` */
  async createFile(place: ResultFile): Promise<StagedBytes> {
    const { maxFiles } = this.#options;
    if (this.#openFiles >= maxFiles) throw tooManyFiles(maxFiles);
    this.#openFiles += 1;
    const onClosed = (): void => void (this.#openFiles -= 1);
    try {
      return await this.#createFile(place, onClosed);
    } catch (error) {
      onClosed();
      throw error;
    }
  }

  async #createFile(place: ResultFile, onClosed: () => void): Promise<StagedBytes> {
    const folder = await this.#folder();
    try {
      return await folder.createFile(place, onClosed);
    } catch (error) {
      if (existsSync(folder.path)) throw error;
      return await (await this.#folder()).createFile(place, onClosed);
    }
  }

  /** Whether the staging file at `path` was made by this very session. */
  isOwn(path: string): boolean {
    return this.#folders.some((folder) => path.startsWith(`${folder.path}/`));
  }

  /** Of the disk it is on. @throws BsmountError `environment` */
  async space(): Promise<Space> {
    return await localDisk({ what: "find room for", path: this.parent }, async () => {
      await ensureSafeFolder(this.parent);
      const { bsize, blocks, bavail } = await statfs(this.parent);
      return { totalBytes: bsize * blocks, freeBytes: bsize * bavail };
    });
  }

  /** Files that were neither finished nor discarded stay, and are found by the next mount. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opening?.catch(() => {});
    for (const folder of this.#folders) await folder[Symbol.asyncDispose]();
  }

  /** The folder that files are made in now. */
  async #folder(): Promise<StagingFolder> {
    const known = this.#folders.at(-1);
    if (known !== undefined && existsSync(known.path)) return known;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return await this.#opening;
  }

  async #open(): Promise<StagingFolder> {
    const folder = await StagingFolder.create(this.parent, this.#options.owner);
    this.#folders.push(folder);
    return folder;
  }
}

function tooManyFiles(count: number): BsmountError {
  const problem = `cannot write another file: ${count} are open, or not uploaded yet`;
  const remedy = `close some, or ${MORE_DESCRIPTORS}`;
  return new BsmountError("no-descriptors", problem, { remedy });
}
