import { type FileHandle, rename, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { crc32 } from "node:zlib";
import { type ByteRange, rangeLength } from "../../core/byte-range.ts";
import { BsmountError, reasonOf } from "../../core/errors.ts";
import { inParallel } from "../../core/parallel.ts";
import type { SharedBuffers } from "../../core/shared-buffers.ts";
import type { Content, StoreVersion } from "../content/content.ts";
import type { FileEntry } from "../models.ts";
import { compareWithEtag } from "./compare-with-etag.ts";
import {
  DownloadJournal,
  type DownloadName,
  hasChecksum,
  type JournalContent,
  readJournal,
  removeJournal,
} from "./download-journal.ts";
import {
  checkPartBytes,
  type Part,
  partsOf,
  type ScratchNames,
  scratchNames,
} from "./download-plan.ts";
import { cannotWrite, checkReplaceable, inTheWay, isStillAt, openOwn } from "./local-place.ts";
import { DEFAULT_PARALLEL, ProgressCount, type TransferOptions, withMemory } from "./options.ts";
import { lockPlace } from "./place-lock.ts";

export interface DownloadOptions extends TransferOptions {
  /** Bytes of a part. Default 16 MiB. */
  readonly partBytes?: number;
  /**
   * Compares the whole file with the MD5 that BaseSpace has for files that were uploaded in one piece, or
   * with the MD5s of the parts that a file came in, where their sizes can be found out. Default false: length,
   * range and version of each part are checked in any case.
   */
  readonly checksum?: boolean;
}

/** What has to be known of a file to download it. */
export type Downloadable = Pick<
  FileEntry,
  "id" | "name" | "path" | "sizeBytes" | "isArchived" | "etag"
>;

export interface Downloaded {
  readonly path: string;
  readonly sizeBytes: number;
  /**
   * `md5` when the whole file was compared with BaseSpace's MD5, `md5s` with those of the parts it was uploaded
   * in, `parts` when each part of the download was checked.
   */
  readonly verified: "md5" | "md5s" | "parts";
}

const DEFAULT_PART_BYTES = 16 * 1024 * 1024;

/** What may go away by itself, so that what came is worth keeping. */
const PASSING: ReadonlySet<string> = new Set(["timeout", "unavailable", "aborted"]);

export interface DownloadFrom {
  readonly content: Content;
  readonly buffers: SharedBuffers;
}

/**
 * One file to one place on disk: several parts at a time into a `.partial` beside it, which takes the name
 * when every byte is there and checked. What a crash or a failure that may pass left is gone on with.
 */
export class FileDownload {
  readonly #content: Content;
  readonly #buffers: SharedBuffers;
  readonly #file: Downloadable;
  readonly #target: string;
  readonly #names: ScratchNames;
  readonly #options: DownloadOptions;
  readonly #progress: ProgressCount;
  readonly #partBytes: number;
  #version: StoreVersion | undefined;

  constructor(
    { content, buffers }: DownloadFrom,
    file: Downloadable,
    target: string,
    options: DownloadOptions,
  ) {
    this.#content = content;
    this.#buffers = buffers;
    this.#file = file;
    this.#target = resolve(target);
    this.#names = scratchNames(this.#target, file.id);
    this.#options = options;
    this.#progress = new ProgressCount(file.sizeBytes, options.onProgress);
    this.#partBytes = checkPartBytes(options.partBytes ?? DEFAULT_PART_BYTES);
  }

  /** @throws BsmountError `is-a-directory` when a folder has the name of the target, `usage` for a device */
  async run(signal: AbortSignal): Promise<Downloaded> {
    // Rather before everything has come than after.
    await checkReplaceable(this.#target);
    await using _lock = await lockPlace(this.#target, `${this.#target} is being downloaded`);
    try {
      const verified = await this.#fetchAll(signal);
      await removeJournal(this.#names.journal);
      return { path: this.#target, sizeBytes: this.#file.sizeBytes, verified };
    } catch (error) {
      // Another version, or a refusal, or not a byte: nothing to go on with. What is busy is somebody else's.
      if (!this.#isWorthKeeping(error) && reasonOf(error) !== "busy") await this.#discard();
      throw error;
    }
  }

  async #fetchAll(signal: AbortSignal): Promise<Downloaded["verified"]> {
    const left = await readJournal(this.#names.journal);
    const goesOn = left !== undefined && this.#isSame(left.name) ? left : undefined;
    const file = await openOwn(this.#names.partial, goesOn === undefined);
    try {
      await this.#fill(file, goesOn, signal);
      const verified = await this.#verify(signal);
      signal.throwIfAborted();
      await this.#take(file);
      return verified;
    } finally {
      await file.close();
    }
  }

  /** Where locks do not reach, on a disk that machines share, somebody else may have begun anew. */
  async #take(file: FileHandle): Promise<void> {
    const { partial } = this.#names;
    if (!(await isStillAt(partial, file))) {
      throw new BsmountError("busy", `somebody else downloads to ${this.#target} as well`, {
        remedy: "wait until that has ended, or take another name",
      });
    }
    const replaced = await checkReplaceable(this.#target);
    // Who could not read what is replaced shall not read what takes its place.
    if (replaced?.isFile() === true) await file.chmod(replaced.mode & 0o777);
    await rename(partial, this.#target).catch((cause: unknown) => {
      const isFolder = (cause as NodeJS.ErrnoException).code === "EISDIR";
      throw isFolder ? inTheWay(this.#target, cause) : cannotWrite(this.#target, cause);
    });
  }

  async #fill(
    file: FileHandle,
    left: JournalContent | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { sizeBytes } = this.#file;
    if (left !== undefined) this.#version = { etag: left.name.etag };
    const missing = this.#missing(file, left?.parts ?? new Map(), signal);
    const { value: first } = await missing.next();
    if (first === undefined) return await file.truncate(sizeBytes);
    const checksum = await this.#fetch(file, first, signal);
    if (sizeBytes <= this.#partBytes) return;
    const isNew = left === undefined;
    await this.#rest(file, { first, checksum, others: missing, isNew }, signal);
  }

  /** The version is known by now: every part after the first has to be of it. */
  async #rest(
    file: FileHandle,
    { first, checksum, others, isNew }: Remaining,
    signal: AbortSignal,
  ): Promise<void> {
    await using journal = await DownloadJournal.open(this.#names.journal, this.#name, isNew);
    await journal.add(first.number, checksum);
    const limit = this.#options.parallel ?? DEFAULT_PARALLEL;
    await inParallel(others, { limit, signal }, async (part, inner) => {
      await journal.add(part.number, await this.#fetch(file, part, inner));
    });
  }

  get #name(): DownloadName {
    const { id: fileId, sizeBytes } = this.#file;
    return { fileId, sizeBytes, etag: this.#version?.etag, partBytes: this.#partBytes };
  }

  #isSame(name: DownloadName): boolean {
    const { id, sizeBytes } = this.#file;
    const { fileId, etag, partBytes } = name;
    const isTheFile = fileId === id && name.sizeBytes === sizeBytes;
    return isTheFile && etag !== undefined && partBytes === this.#partBytes;
  }

  /** The parts that have to be fetched: those of which the bytes are not there as the journal says. */
  async *#missing(
    file: FileHandle,
    done: ReadonlyMap<number, number>,
    signal: AbortSignal,
  ): AsyncGenerator<Part, void, undefined> {
    for (const part of partsOf({ start: 0, end: this.#file.sizeBytes }, this.#partBytes)) {
      const bytes = rangeLength(part);
      const checksum = done.get(part.number);
      signal.throwIfAborted();
      if (checksum === undefined) yield part;
      else {
        const check = async (): Promise<boolean> => await hasChecksum(file, part, checksum);
        const isThere = await withMemory(this.#options, { bytes, signal }, check);
        if (isThere) this.#progress.add(bytes);
        else yield part;
      }
    }
  }

  /** Answers the checksum of what came. */
  async #fetch(file: FileHandle, range: ByteRange, signal: AbortSignal): Promise<number> {
    const bytes = range.end - range.start;
    return await withMemory(this.#options, { bytes, signal }, async () => {
      return await this.#buffers.use(bytes, async (room) => {
        await this.#read(range, room, signal);
        await this.#write(file, range, room);
        this.#progress.add(bytes);
        return crc32(room);
      });
    });
  }

  async #read(range: ByteRange, into: Uint8Array, signal: AbortSignal): Promise<void> {
    const { id: fileId, sizeBytes } = this.#file;
    const request = { fileId, sizeBytes, range, into: [into], expected: this.#version };
    this.#version = await this.#content.readRange(request, signal);
  }

  async #write(file: FileHandle, { start }: ByteRange, bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length;) {
        const { bytesWritten } = await file.write(bytes, at, bytes.length - at, start + at);
        at += bytesWritten;
      }
    } catch (cause) {
      throw cannotWrite(this.#target, cause);
    }
  }

  async #verify(signal: AbortSignal): Promise<Downloaded["verified"]> {
    const { etag, id } = this.#file;
    if (this.#options.checksum !== true) return "parts";
    const compared = await compareWithEtag(this.#names.partial, etag, signal);
    if (compared === "unknown") return "parts";
    if (compared !== "other") return compared;
    throw new BsmountError("changed", `file ${id} arrived with another MD5 than ${etag}`);
  }

  #isWorthKeeping(error: unknown): boolean {
    const isSeveral = this.#file.sizeBytes > this.#partBytes;
    return isSeveral && this.#version !== undefined && PASSING.has(reasonOf(error));
  }

  async #discard(): Promise<void> {
    await rm(this.#names.partial, { force: true });
    await removeJournal(this.#names.journal);
  }
}

interface Remaining {
  readonly first: Part;
  /** Of the first one. */
  readonly checksum: number;
  readonly others: AsyncIterable<Part>;
  readonly isNew: boolean;
}
