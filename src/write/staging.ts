import { existsSync } from "node:fs";
import { statfs, unlink } from "node:fs/promises";
import type { JournalOwner } from "./journal.ts";
import {
  applyEvent,
  isDone,
  type JournaledFile,
  replacedFiles,
  stagingNameOf,
} from "./journaled-file.ts";
import type { NewResultFile, ResultFile } from "./result-file.ts";
import { MORE_DESCRIPTORS } from "../core/descriptors.ts";
import { BsmountError } from "../core/errors.ts";
import { ensureSafeFolder } from "../linux/private-folder.ts";
import { localDisk } from "./local-disk.ts";
import type { StagingFileOptions } from "./staging-file.ts";
import { StagingMemory } from "./staging-memory.ts";
import { StagingQuota } from "./staging-quota.ts";
import { stagingFolders } from "./leftovers.ts";
import type { StagingFolders } from "./staging-folders.ts";
import {
  type Leftover,
  type NewStagingFile,
  type StagedBytes,
  StagingFolder,
} from "./staging-folder.ts";

const UNKNOWN: JournaledFile = { state: "open" };

export interface Space {
  readonly totalBytes: number;
  readonly freeBytes: number;
}

/** A staging file of a process that has ended, in a folder that this session has taken over. */
export interface AdoptableFile extends Omit<Leftover, "open"> {
  /** Opens it as one of this session. @throws BsmountError `no-descriptors`, `environment` */
  readonly open: () => Promise<StagedBytes>;
}

/** A file in a folder that this session has taken over, which it does not upload. */
export interface UnadoptedFile extends Pick<Leftover, "modifiedMs" | "path" | "sizeBytes"> {
  /** Where it belongs; absent when its journal does not say. */
  readonly resultFile?: ResultFile;
  readonly why: string;
}

export interface StagingOptions {
  readonly owner: JournalOwner;
  /** How many staging files may be open at a time, so that descriptors are left for other things. @default no limit */
  readonly maxFiles?: number;
  /** Bytes that the files may have together. @default no limit */
  readonly maxBytes?: number | undefined;
  /** Of which `parent` is the current one. @default there are no others */
  readonly folders?: StagingFolders | undefined;
  /** Memory for small files that need not be on the disk yet; with 0 all are there from the start. @default 32 MiB */
  readonly memoryBytes?: number;
  /** A folder that has so many files gets no more: a journal that is too long is not read. @default 10 000 */
  readonly folderFiles?: number;
}

const FOLDER_FILES = 10_000;
const MEMORY_BYTES = 32 * 1024 * 1024;

/**
 * The staging files of a session, in a folder of its own below `parent`. The folder is created with the first file, and
 * again when somebody deleted it meanwhile, or when it has many files.
 */
export class Staging implements AsyncDisposable {
  /** The folder with those of all sessions. */
  readonly parent: string;
  readonly #options: Required<Pick<StagingOptions, "folderFiles" | "maxFiles" | "owner">>;
  readonly #known: StagingFolders | undefined;
  readonly #quota: StagingQuota;
  readonly #memory: StagingMemory | undefined;
  readonly #folders: StagingFolder[] = [];
  /** Those of processes that have ended. */
  readonly #adopted: StagingFolder[] = [];
  /** The files in them that are open here. */
  readonly #openedPaths = new Set<string>();
  /** The files in them that stay as they are, by path. */
  readonly #unadopted = new Map<string, UnadoptedFile>();
  #opening: Promise<StagingFolder> | undefined;
  /** The number of open staging files, each of which has a descriptor. */
  #openFiles = 0;

  /** The server and user that the files belong to. */
  get owner(): JournalOwner {
    return this.#options.owner;
  }

  constructor(parent: string, { owner, maxFiles = Infinity, ...options }: StagingOptions) {
    const { maxBytes, memoryBytes = MEMORY_BYTES, folderFiles = FOLDER_FILES, folders } = options;
    this.parent = parent;
    this.#known = folders;
    this.#options = { owner, maxFiles, folderFiles };
    this.#quota = new StagingQuota(maxBytes);
    this.#memory = memoryBytes === 0 ? undefined : new StagingMemory(memoryBytes);
  }

  /** Whether it has memory for small files. */
  get keepsInMemory(): boolean {
    return this.#memory !== undefined;
  }

  /**
   * @param isInMemory while it is small it is on the disk only when it has to survive the end of the process
   * @throws BsmountError `no-space`, `no-descriptors`, `environment`
   */
  async createFile(
    resultFile: NewResultFile,
    { isInMemory = false }: { readonly isInMemory?: boolean } = {},
  ): Promise<StagedBytes> {
    const memory = isInMemory ? this.#memory : undefined;
    const create = async (options: StagingFileOptions): Promise<StagedBytes> =>
      await this.#createFile(resultFile, { ...options, memory });
    return await this.#limited(create)();
  }

  /** Leaves half of the descriptors to new files. */
  #adoptable({ path, open }: Leftover): () => Promise<StagedBytes> {
    const limited = this.#limited(open, Math.ceil(this.#options.maxFiles / 2));
    return async () => {
      const staged = await limited();
      this.#openedPaths.add(path);
      return staged;
    };
  }

  /** As `open`, counted until the file is closed. */
  #limited(
    open: (options: StagingFileOptions) => Promise<StagedBytes>,
    maxFiles = this.#options.maxFiles,
  ): () => Promise<StagedBytes> {
    return async () => {
      if (this.#openFiles >= maxFiles) throw tooManyFilesError(maxFiles);
      this.#openFiles += 1;
      const onClosed = (): void => void (this.#openFiles -= 1);
      try {
        return await open({ onClosed, quota: this.#quota });
      } catch (error) {
        onClosed();
        throw error;
      }
    };
  }

  async #createFile(resultFile: NewResultFile, options: NewStagingFile): Promise<StagedBytes> {
    const folder = await this.#folder();
    try {
      return await folder.createFile(resultFile, options);
    } catch (error) {
      if (existsSync(folder.path)) throw error;
      return await (await this.#folder()).createFile(resultFile, options);
    }
  }

  /**
   * Takes over the folders that processes of the same user have left behind, and returns the files in them. Other
   * sessions no longer see them as left behind. `onFailure` is called for a folder that cannot be taken over, as when the
   * disk is full; it stays as it is.
   * @throws BsmountError `environment` when another user owns the parent folder
   */
  async adopt(
    onFailure: (path: string, error: unknown) => void,
  ): Promise<readonly AdoptableFile[]> {
    const found: Leftover[] = [];
    const parents = await this.parents();
    const paths = await Promise.all(parents.map(async (each) => await stagingFolders(each)));
    for (const path of paths.flat()) {
      if ([...this.#folders, ...this.#adopted].some((folder) => folder.path === path)) continue;
      const adopting = StagingFolder.adopt(path, this.#options.owner);
      const adopted = await adopting.catch((error: unknown) => onFailure(path, error));
      if (adopted === undefined) continue;
      this.#adopted.push(adopted.folder);
      found.push(...adopted.files);
    }
    const journaled = found.map(({ path, known }) => [path, known ?? UNKNOWN] as const);
    const replaced = replacedFiles(journaled);
    return found.map((file) => {
      // The process ended before it deleted what it had replaced.
      const isReplaced = file.known !== undefined && replaced.has(stagingNameOf(file.path));
      const known = isReplaced ? applyEvent(file.known, { event: "removed" }) : file.known;
      return this.#adoptableFile({ ...file, known });
    });
  }

  /** The folders with the staging files of this user, {@link parent} among them. @throws BsmountError `environment` */
  async parents(): Promise<readonly string[]> {
    return (await this.#known?.all()) ?? [this.parent];
  }

  /** The files in folders of ended processes that this session has taken over, and that it does not upload. */
  unadopted(): readonly UnadoptedFile[] {
    for (const path of this.#unadopted.keys()) if (!existsSync(path)) this.#unadopted.delete(path);
    return [...this.#unadopted.values()];
  }

  /** Deletes one of {@link unadopted}; false when it is none. @throws what unlink(2) throws */
  async discardUnadopted(path: string): Promise<boolean> {
    if (!this.#unadopted.has(path)) return false;
    await unlink(path);
    return this.#unadopted.delete(path);
  }

  #adoptableFile(file: Leftover): AdoptableFile {
    const { path, sizeBytes, modifiedMs, known } = file;
    const note = (why: string): void => {
      const resultFile = known?.resultFile === undefined ? {} : { resultFile: known.resultFile };
      this.#unadopted.set(path, { path, sizeBytes, modifiedMs, why, ...resultFile });
    };
    const isNeeded = known === undefined ? sizeBytes > 0 : !isDone(known);
    if (isNeeded && known?.resultFile === undefined) note("its journal does not say what it is");
    const noteWhyLeft = (why: string): void => {
      file.noteWhyLeft(why);
      note(why);
    };
    return { ...file, noteWhyLeft, open: this.#adoptable(file) };
  }

  /** Whether this session made the staging file at `path`, or has adopted and opened it. */
  isOwn(path: string): boolean {
    if (this.#openedPaths.has(path)) return true;
    return this.#folders.some(({ path: folder }) => path.startsWith(`${folder}/`));
  }

  /** The room on the disk that it is on, and of its quota. @throws BsmountError `environment` */
  async space(): Promise<Space> {
    return await localDisk({ what: "find room for", path: this.parent }, async () => {
      await ensureSafeFolder(this.parent);
      const { bsize, blocks, bavail } = await statfs(this.parent);
      const { maxBytes, freeBytes } = this.#quota;
      return {
        totalBytes: Math.min(bsize * blocks, maxBytes),
        freeBytes: Math.min(bsize * bavail, freeBytes),
      };
    });
  }

  /** Files that are still there stay, for the next mount to find. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opening?.catch(() => {});
    for (const folder of [...this.#folders, ...this.#adopted]) await folder[Symbol.asyncDispose]();
    // A record too many does no harm.
    await this.#known?.noteEnd().catch(() => {});
  }

  /** The folder that new files are created in. */
  async #folder(): Promise<StagingFolder> {
    const { folderFiles } = this.#options;
    const known = this.#folders.find(({ files, path }) => files < folderFiles && existsSync(path));
    if (known !== undefined) return known;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return await this.#opening;
  }

  async #open(): Promise<StagingFolder> {
    await this.#known?.noteUse();
    const folder = await StagingFolder.create(this.parent, this.#options.owner);
    this.#folders.push(folder);
    // A session that ended meanwhile may have found the folder empty.
    await this.#known?.noteUse();
    return folder;
  }
}

function tooManyFilesError(count: number): BsmountError {
  const problem = `cannot write another file: ${count} are open, or not uploaded yet`;
  const remedy = `close some, or ${MORE_DESCRIPTORS}`;
  return new BsmountError("no-descriptors", problem, { remedy });
}
