import type { FileHandle } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { type ByteRange, rangeLength } from "../../core/byte-range.ts";
import { inParallel } from "../../core/parallel.ts";
import type { SharedBuffers } from "../../core/shared-buffers.ts";
import type { Content } from "../content/content.ts";
import type { FileEntry } from "../models/models.ts";
import type { Md5Thread } from "../digests/md5-thread.ts";
import type { ContentRead } from "./content-judge.ts";
import { DownloadJournal, hasChecksum, type DownloadRecord } from "./download-journal.ts";
import { type Part, partsOf } from "./download-plan.ts";
import { type EtagDigests, etagDigests } from "../digests/etag-digests.ts";
import { FollowingDigests } from "../digests/following-digests.ts";
import { cannotWrite } from "./local-place.ts";
import { OneVersion } from "./one-version.ts";
import { DEFAULT_PARALLEL, ProgressCount, type TransferOptions, withMemory } from "./options.ts";

/** What downloads work with. */
export interface DownloadFrom {
  readonly content: Content;
  readonly md5s: Md5Thread;
  /** For parts on their way. */
  readonly buffers: SharedBuffers;
  /** For what is read again to be digested. */
  readonly digestBuffers: SharedBuffers;
  readonly lockFolder: string;
}

export interface PartsToFetch {
  readonly file: Pick<FileEntry, "id" | "sizeBytes" | "etag">;
  readonly partBytes: number;
  /** Of the journal, which a file of one part does without. */
  readonly journal: string;
  /** What an earlier download left of the same version in parts of the same size. */
  readonly left: DownloadRecord | undefined;
  /** What failures call it. */
  readonly target: string;
  readonly checksum: boolean;
  readonly options: TransferOptions;
}

/** Fetches the parts of one file into a local one, several at a time, and digests what is in it then. */
export class PartsDownload {
  readonly #from: DownloadFrom;
  readonly #plan: PartsToFetch;
  readonly #version: OneVersion;
  readonly #progress: ProgressCount;
  #journal: Promise<DownloadJournal> | undefined;
  #digests: Promise<{ expected: EtagDigests; following: FollowingDigests } | undefined> | undefined;

  constructor(from: DownloadFrom, plan: PartsToFetch) {
    this.#from = from;
    this.#plan = plan;
    const { left, file, options } = plan;
    const version = left === undefined ? undefined : { etag: left.name.etag };
    this.#version = new OneVersion(from.content, version);
    this.#progress = new ProgressCount(file.sizeBytes, options.onProgress);
  }

  /** True when something came that the next download can go on with. */
  get isWorthKeeping(): boolean {
    return !this.#isOnePart && this.#version.version !== undefined;
  }

  /** Answers what is in `local` when all parts are; undefined where the ETag says nothing of that. */
  async fill(local: FileHandle, signal: AbortSignal): Promise<ContentRead | undefined> {
    const { sizeBytes } = this.#plan.file;
    // What is behind the end is of something else.
    if ((await local.stat()).size > sizeBytes) await local.truncate(sizeBytes);
    try {
      await this.#fetchMissing(local, signal);
      const digests = await this.#digests;
      if (digests === undefined) return undefined;
      return { expected: digests.expected, md5s: await digests.following.end() };
    } finally {
      const digests = await this.#digests?.catch(() => undefined);
      await digests?.following[Symbol.asyncDispose]();
      const journal = await this.#journal?.catch(() => undefined);
      await journal?.[Symbol.asyncDispose]();
    }
  }

  get #isOnePart(): boolean {
    return this.#plan.file.sizeBytes <= this.#plan.partBytes;
  }

  async #fetchMissing(local: FileHandle, signal: AbortSignal): Promise<void> {
    let fetched = 0;
    const limit = this.#plan.options.parallel ?? DEFAULT_PARALLEL;
    await inParallel(this.#missing(local, signal), { limit, signal }, async (part, inner) => {
      fetched += 1;
      const checksum = await this.#fetch(local, part, inner);
      await this.#remember(part, checksum);
      await this.#landed(local, part);
    });
    if (fetched === 0 && this.#plan.left !== undefined) await this.#checkVersion(signal);
  }

  /** The parts that have to be fetched: those of which the bytes are not there as the journal says. */
  async *#missing(local: FileHandle, signal: AbortSignal): AsyncGenerator<Part, void, undefined> {
    const { file, partBytes, left, options } = this.#plan;
    for (const part of partsOf({ start: 0, end: file.sizeBytes }, partBytes)) {
      const bytes = rangeLength(part);
      const checksum = left?.parts.get(part.number);
      signal.throwIfAborted();
      if (checksum === undefined) yield part;
      else {
        const check = async (): Promise<boolean> => await hasChecksum(local, part, checksum);
        const isThere = await withMemory(options, { bytes, signal }, check);
        if (isThere) {
          this.#progress.add(bytes);
          await this.#landed(local, part);
        } else yield part;
      }
    }
  }

  /** Answers the checksum of what came. */
  async #fetch(local: FileHandle, range: ByteRange, signal: AbortSignal): Promise<number> {
    const { file, options } = this.#plan;
    const bytes = rangeLength(range);
    return await withMemory(options, { bytes, signal }, async () => {
      return await this.#from.buffers.use(bytes, async (room) => {
        const { id: fileId, sizeBytes } = file;
        await this.#version.read({ fileId, sizeBytes, range, into: [room] }, signal);
        await this.#write(local, range, room);
        this.#progress.add(bytes);
        return crc32(room);
      });
    });
  }

  async #write(local: FileHandle, { start }: ByteRange, bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length;) {
        const { bytesWritten } = await local.write(bytes, at, bytes.length - at, start + at);
        at += bytesWritten;
      }
    } catch (cause) {
      throw cannotWrite(this.#plan.target, cause);
    }
  }

  /** The version is known by now, so the journal can name it. */
  async #remember(part: Part, checksum: number): Promise<void> {
    if (this.#isOnePart) return;
    const { file, partBytes, journal, left } = this.#plan;
    const { id: fileId, sizeBytes } = file;
    const name = { fileId, sizeBytes, etag: this.#version.version?.etag, partBytes };
    this.#journal ??= DownloadJournal.open(journal, name, left === undefined);
    await (await this.#journal).add(part.number, checksum);
  }

  async #landed(local: FileHandle, range: ByteRange): Promise<void> {
    this.#digests ??= this.#beginDigests(local);
    (await this.#digests)?.following.landed(range);
  }

  async #beginDigests(
    local: FileHandle,
  ): Promise<{ expected: EtagDigests; following: FollowingDigests } | undefined> {
    const { file, checksum } = this.#plan;
    const { md5s, digestBuffers } = this.#from;
    const etag = file.etag ?? this.#version.version?.etag;
    const expected = checksum ? etagDigests(etag, file.sizeBytes) : undefined;
    if (expected === undefined) return undefined;
    const running = await md5s.digests(expected.wanted, file.sizeBytes);
    return { expected, following: new FollowingDigests(running, local, digestBuffers) };
  }

  /** Everything is there, and nothing had to be asked: the store may have another version by now. */
  async #checkVersion(signal: AbortSignal): Promise<void> {
    const { id: fileId, sizeBytes } = this.#plan.file;
    const into = [new Uint8Array(new SharedArrayBuffer(1))];
    const range = { start: sizeBytes - 1, end: sizeBytes };
    await this.#version.read({ fileId, sizeBytes, range, into }, signal);
  }
}
