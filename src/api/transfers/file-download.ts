import { randomUUID } from "node:crypto";
import { type FileHandle, rename, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { BsmountError, reasonOf } from "../../core/errors.ts";
import type { FileEntry } from "../models/models.ts";
import { ContentJudge, type Verified } from "./content-judge.ts";
import {
  type DownloadRecord,
  readDownloadJournal,
  removeDownloadJournal,
} from "./download-journal.ts";
import {
  checkPartBytes,
  otherPartBytes,
  type ScratchNames,
  scratchNames,
} from "./download-plan.ts";
import {
  unwritableError,
  checkReplaceable,
  isFolderError,
  belongsToOther,
  isStillAt,
  openUserFile,
} from "./local-files.ts";
import type { TransferOptions } from "./options.ts";
import { type DownloadFrom, PartsDownload } from "./parts-download.ts";
import { lockLocalFile } from "./local-file-lock.ts";

export interface DownloadOptions extends TransferOptions {
  /** Bytes of a part. Default 16 MiB. */
  readonly partBytes?: number;
  /**
   * Compares the whole file with the MD5 that BaseSpace has of a file that was uploaded in one request, or with the
   * MD5s of the parts of a file, when their sizes can be found out. Default true. Length, range and version of each
   * part are always checked.
   */
  readonly checksum?: boolean;
}

/** What is needed of a file to download it. */
export type Downloadable = Pick<
  FileEntry,
  "id" | "name" | "path" | "sizeBytes" | "isArchived" | "etag"
>;

/** A file that was downloaded. */
export interface Downloaded {
  /** The path of the local file. */
  readonly path: string;
  /** Its size, in bytes. */
  readonly sizeBytes: number;
  /** How its content was compared with BaseSpace's. */
  readonly verified: Verified;
}

const DEFAULT_PART_BYTES = 16 * 1024 * 1024;

/** Failures that may pass, so that what came is worth keeping. */
const PASSING: ReadonlySet<string> = new Set(["timeout", "unavailable", "aborted"]);

/**
 * Downloads one file to one local path: several parts at a time into a `.partial` file beside it, which is renamed
 * when every byte was received and checked. A download that a crash or a passing failure interrupted is continued;
 * bytes that differ from the content in BaseSpace are fetched again.
 */
export class FileDownload {
  readonly #from: DownloadFrom;
  readonly #file: Downloadable;
  readonly #target: string;
  #names: ScratchNames;
  readonly #options: DownloadOptions;
  readonly #partBytes: number;
  readonly #judge: ContentJudge;

  constructor(from: DownloadFrom, file: Downloadable, target: string, options: DownloadOptions) {
    this.#from = from;
    this.#file = file;
    this.#target = resolve(target);
    this.#names = scratchNames(this.#target, file.id);
    this.#options = options;
    this.#partBytes = checkPartBytes(options.partBytes ?? DEFAULT_PART_BYTES);
    this.#judge = new ContentJudge(file);
  }

  /** @throws BsmountError `is-a-directory` when a folder has the name of the target, `usage` for a device */
  async run(signal: AbortSignal): Promise<Downloaded> {
    // Checked before anything is fetched, not only afterwards.
    await checkReplaceable(this.#target);
    const [path, what] = [this.#target, `${this.#target} is being downloaded`];
    await using _lock = await lockLocalFile({ path, what, lockFolder: this.#from.lockFolder });
    await this.#avoidOthers();
    const { sizeBytes } = this.#file;
    for (let left = await this.#left(), reading = 1; ; left = undefined, reading += 1) {
      const verified = await this.#attempt({ left, reading }, signal);
      if (verified !== undefined) return { path: this.#target, sizeBytes, verified };
    }
  }

  /**
   * In a folder in which other users write as well, they may have created what seems to be left of an earlier
   * download.
   */
  async #avoidOthers(): Promise<void> {
    const { partial, journal } = this.#names;
    if (!(await belongsToOther(partial)) && !(await belongsToOther(journal))) return;
    this.#names = scratchNames(this.#target, `${this.#file.id} ${randomUUID()}`);
  }

  /** Undefined when everything has to be fetched again. */
  async #attempt(
    { left, reading }: { readonly left: DownloadRecord | undefined; readonly reading: number },
    signal: AbortSignal,
  ): Promise<Verified | undefined> {
    const parts = this.#partsOf(left, reading);
    try {
      const verified = await this.#fetch(parts, left === undefined, signal);
      if (verified === undefined) await this.#discard();
      else await removeDownloadJournal(this.#names.journal);
      return verified;
    } catch (error) {
      const isKept = parts.isWorthKeeping && PASSING.has(reasonOf(error));
      // After another version, a refusal, or without a byte, there is nothing to continue. A busy file belongs to
      // another transfer.
      if (!isKept && reasonOf(error) !== "busy") await this.#discard();
      // The content was replaced since, so what an earlier download left is of no use.
      if (left !== undefined && reasonOf(error) === "changed") return undefined;
      throw error;
    }
  }

  async #fetch(
    parts: PartsDownload,
    isNew: boolean,
    signal: AbortSignal,
  ): Promise<Verified | undefined> {
    const file = await openUserFile(this.#names.partial, isNew);
    try {
      const read = await parts.fill(file, signal);
      const verified = this.#file.sizeBytes === 0 ? "md5" : this.#judge.judge(read);
      signal.throwIfAborted();
      if (verified !== undefined) await this.#take(file);
      return verified;
    } finally {
      await file.close();
    }
  }

  #partsOf(left: DownloadRecord | undefined, reading: number): PartsDownload {
    const { journal } = this.#names;
    const { checksum = true, ...options } = this.#options;
    const [file, target] = [this.#file, this.#target];
    const partBytes = otherPartBytes(this.#partBytes, file.sizeBytes, reading);
    const plan = { file, partBytes, journal, left, target, checksum, options };
    return new PartsDownload(this.#from, plan);
  }

  /** On a disk that several machines share, locks do not keep out another machine, which may have started over. */
  async #take(file: FileHandle): Promise<void> {
    const { partial } = this.#names;
    const isWhole = (await file.stat()).size === this.#file.sizeBytes;
    if (!isWhole || !(await isStillAt(partial, file))) {
      throw new BsmountError("busy", `another process downloads to ${this.#target} as well`, {
        remedy: "wait until that has ended, or take another name",
      });
    }
    const replaced = await checkReplaceable(this.#target);
    // A user who could not read the replaced file must not be able to read the new one.
    if (replaced?.isFile() === true) await file.chmod(replaced.mode & 0o777);
    await rename(partial, this.#target).catch((cause: unknown) => {
      const isFolder = (cause as NodeJS.ErrnoException).code === "EISDIR";
      throw isFolder ? isFolderError(this.#target, cause) : unwritableError(this.#target, cause);
    });
  }

  /**
   * What an earlier download of the same file left. Without an ETag, nothing tells whether the missing parts are of
   * the same version.
   */
  async #left(): Promise<DownloadRecord | undefined> {
    const left = await readDownloadJournal(this.#names.journal);
    const { id, sizeBytes } = this.#file;
    const isSame =
      left?.name.fileId === id &&
      left.name.sizeBytes === sizeBytes &&
      left.name.etag !== undefined &&
      left.name.partBytes === this.#partBytes;
    return isSame ? left : undefined;
  }

  async #discard(): Promise<void> {
    await rm(this.#names.partial, { force: true });
    await removeDownloadJournal(this.#names.journal);
  }
}
