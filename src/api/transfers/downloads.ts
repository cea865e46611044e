import { byteRange, type ByteRange, clampRange, rangeLength } from "../../core/byte-range.ts";
import { compareIds } from "../../core/compare-ids.ts";
import { neverAborted } from "../../core/abort.ts";
import { BsmountError } from "../../core/errors.ts";
import type { FileId } from "../../core/ids.ts";
import { withIndexes } from "../../core/index-files.ts";
import { inParallel } from "../../core/parallel.ts";
import type { Files } from "../resources/files.ts";
import { ContentCheck } from "./content-check.ts";
import { ContentJudge, type ContentRead } from "./content-judge.ts";
import { otherPartBytes } from "./download-plan.ts";
import {
  type Downloadable,
  type Downloaded,
  type DownloadOptions,
  FileDownload,
} from "./file-download.ts";
import { filePieces, STREAM_PART_BYTES } from "./file-pieces.ts";
import { pathNames, pathBelow } from "./local-files.ts";
import { DEFAULT_PARALLEL, type TransferOptions, withMemoryBudget } from "./options.ts";
import type { DownloadFrom } from "./parts-download.ts";

/** Options of reading a file into memory or as a stream. */
export interface ReadOptions extends TransferOptions {
  /** Default: the whole file. A part of the range behind the end of the file is ignored. */
  readonly range?: ByteRange;
  /** Compares a whole file with the MD5 that BaseSpace has, as `toFile` does. Default true. */
  readonly checksum?: boolean;
}

/** Options of downloading into a folder. */
export interface FolderOptions extends DownloadOptions {
  /**
   * Creates the folders of the file's own path below the target folder. Default false: the file gets its name alone.
   */
  readonly keepPath?: boolean;
}

/** How many parts of one file are fetched at a time when several files are. */
const PARTS_OF_MANY = 2;

/** A larger file is not requested: a Buffer of the supported Node versions cannot be larger. */
const MAX_READ_BYTES = 4 * 1024 ** 3;

export interface DownloadsOptions extends DownloadFrom {
  readonly files: Files;
}

/** What is needed of a file to compare what was read of it. */
export type CheckedFile = Pick<Downloadable, "id" | "name" | "sizeBytes" | "etag">;

interface ReadingOf {
  readonly entry: CheckedFile;
  readonly range: ByteRange;
  /** From 1. */
  readonly reading: number;
}

/**
 * Downloads of files. Each takes a file, or its Id, by which the file is then requested first.
 *
 * Methods throw BsmountError: `archived`, `access-denied`, `changed` when the content changes during the download,
 * `timeout`, `unavailable`; the signal's reason.
 */
export class Downloads {
  readonly #from: DownloadFrom;
  readonly #files: Files;

  constructor({ files, ...from }: DownloadsOptions) {
    this.#from = from;
    this.#files = files;
  }

  /**
   * Downloads a file to `target`, whatever the file is called. An existing file is replaced when every byte has
   * come. Continues what an earlier download left beside it.
   */
  async toFile(
    file: Downloadable | FileId,
    target: string,
    options: DownloadOptions = {},
  ): Promise<Downloaded> {
    const entry = await this.#entry(file, options);
    const download = new FileDownload(this.#from, entry, target, options);
    return await download.run(options.signal ?? neverAborted);
  }

  /**
   * Downloads a file into a folder, which is created, under the file's own name or, with `keepPath`, its own path.
   * @throws BsmountError `invalid` for a name that would lead out of the folder, `usage` when a link is in the way
   */
  async toFolder(
    file: Downloadable | FileId,
    folder: string,
    options: FolderOptions = {},
  ): Promise<Downloaded> {
    const entry = await this.#entry(file, options);
    const path = options.keepPath === true ? entry.path : (pathNames(entry.path).at(-1) ?? "");
    return await this.toFile(entry, await pathBelow(folder, path), options);
  }

  /**
   * Downloads all of `files` into a folder by their own paths, some at a time; returns them in the order in which
   * they ended. Of several files with one path, which are versions, the newest is taken. An index, such as
   * `x.bam.bai`, begins when its data has come, so that it is not the older one. The first failure ends the
   * download.
   * @throws as {@link toFolder}
   */
  async allToFolder(
    files: Iterable<Downloadable> | AsyncIterable<Downloadable>,
    folder: string,
    options: DownloadOptions = {},
  ): Promise<Downloaded[]> {
    const done: Downloaded[] = [];
    const { signal = neverAborted, parallel: limit = DEFAULT_PARALLEL } = options;
    const groups = withIndexes([...(await newestByPath(files, signal))], ({ path }) => path);
    await inParallel(groups, { limit, signal }, async ({ data, indexes }, inner) => {
      const one = { ...options, keepPath: true, signal: inner, parallel: PARTS_OF_MANY };
      for (const file of [data, ...indexes]) done.push(await this.toFolder(file, folder, one));
    });
    return done;
  }

  /**
   * The bytes of a file or of a range of it, in memory. A whole file that arrives with other content than BaseSpace
   * has is read again.
   * @throws BsmountError `too-big` for more than 4 GiB, or more than this machine has memory for
   */
  async read(file: Downloadable | FileId, options: ReadOptions = {}): Promise<Uint8Array> {
    const entry = await this.#entry(file, options);
    const range = wantedRange(entry, options.range);
    const { memory: _counted, ...others } = options;
    const length = rangeLength(range);
    const ahead = (options.parallel ?? DEFAULT_PARALLEL) * STREAM_PART_BYTES;
    // The whole memory is reserved at once: two reads that each had a part of it would wait for each other.
    const needed = {
      bytes: length + Math.min(length, ahead),
      signal: options.signal ?? neverAborted,
    };
    return await withMemoryBudget(options, needed, async () => {
      const bytes = roomFor(entry, length);
      const judge = new ContentJudge(entry);
      for (let reading = 1; ; reading += 1) {
        let at = 0;
        const read = await this.#readThrough({ entry, range, reading }, others, (piece) => {
          bytes.set(piece, at);
          at += piece.length;
        });
        if (judge.judge(read) !== undefined) return bytes;
      }
    });
  }

  /**
   * The bytes in order, with some pieces fetched ahead; `Readable.from` makes a stream of them. With `memory`, a
   * piece counts from before it is fetched until the next one is read. At the end of a whole file, it throws
   * `changed` when the content is not that of BaseSpace.
   */
  async *stream(
    file: Downloadable | FileId,
    options: ReadOptions = {},
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const entry = await this.#entry(file, options);
    const range = wantedRange(entry, options.range);
    await using check = this.check(entry, options);
    const isChecked = isWhole(entry, range, options);
    const add = isChecked ? check.add.bind(check) : nothingToCheck;
    const pieces = { file: entry, range, partBytes: STREAM_PART_BYTES, check: add };
    yield* filePieces(this.#from.content, pieces, options);
    if (isChecked) await check.end();
  }

  /** Checks content of `file` that the caller reads in order from its beginning to its end. Dispose of it. */
  check(file: CheckedFile, { signal }: Pick<TransferOptions, "signal"> = {}): ContentCheck {
    const range = { start: 0, end: file.sizeBytes };
    const readAgain = async (reading: number): Promise<ContentRead | undefined> => {
      const options = signal === undefined ? {} : { signal };
      return await this.#readThrough({ entry: file, range, reading }, options, () => {});
    };
    return new ContentCheck({ md5s: this.#from.md5s, file, readAgain });
  }

  /**
   * The ETag of a file; when a list did not contain it, that of the object store. Undefined when it cannot be read.
   * @throws the signal's reason
   */
  async etagOf(
    { id: fileId, sizeBytes, etag }: Pick<Downloadable, "id" | "sizeBytes" | "etag">,
    { signal = neverAborted }: Pick<TransferOptions, "signal"> = {},
  ): Promise<string | undefined> {
    if (etag !== undefined || sizeBytes === 0) return etag;
    const into = [new Uint8Array(new SharedArrayBuffer(1))];
    const request = { fileId, sizeBytes, range: { start: 0, end: 1 }, into, expected: undefined };
    try {
      return (await this.#from.content.readRange(request, signal)).etag;
    } catch {
      signal.throwIfAborted();
      return undefined;
    }
  }

  /** Reads a range, and returns the digests of it when it is the whole file. */
  async #readThrough(
    { entry, range, reading }: ReadingOf,
    options: ReadOptions,
    take: (piece: Uint8Array) => void,
  ): Promise<ContentRead | undefined> {
    await using check = this.check(entry, options);
    const isChecked = isWhole(entry, range, options);
    const pieces = {
      file: entry,
      range,
      partBytes: otherPartBytes(STREAM_PART_BYTES, entry.sizeBytes, reading),
      check: isChecked ? check.add.bind(check) : nothingToCheck,
    };
    for await (const piece of filePieces(this.#from.content, pieces, options)) take(piece);
    return isChecked ? await check.read() : undefined;
  }

  async #entry(file: Downloadable | FileId, options: TransferOptions): Promise<Downloadable> {
    const entry = typeof file === "string" ? await this.#files.get(file, options) : file;
    if (!entry.isArchived) return entry;
    throw new BsmountError("archived", `file ${entry.id} (${entry.name}) is archived`, {
      remedy: "restore it in BaseSpace first",
    });
  }
}

/** Ids grow, so the newest version of a path has the greatest one. */
async function newestByPath(
  files: Iterable<Downloadable> | AsyncIterable<Downloadable>,
  signal: AbortSignal,
): Promise<Iterable<Downloadable>> {
  const newest = new Map<string, Downloadable>();
  for await (const file of files) {
    signal.throwIfAborted();
    const known = newest.get(file.path);
    if (known === undefined || compareIds(file.id, known.id) > 0) newest.set(file.path, file);
  }
  return newest.values();
}

/** @throws BsmountError `too-big` */
function roomFor({ id, name }: Downloadable, length: number): Buffer {
  const tooBig = (cause?: unknown): BsmountError =>
    new BsmountError("too-big", `${length} bytes of file ${id} (${name}) do not fit into memory`, {
      cause,
      remedy: "read a range of it, or stream it",
    });
  if (length > MAX_READ_BYTES) throw tooBig();
  try {
    return Buffer.alloc(length);
  } catch (error) {
    throw tooBig(error);
  }
}

function isWhole({ sizeBytes }: CheckedFile, range: ByteRange, { checksum }: ReadOptions): boolean {
  return range.start === 0 && range.end === sizeBytes && checksum !== false;
}

async function nothingToCheck(): Promise<void> {}

/** @throws BsmountError `usage` for an impossible range */
function wantedRange({ sizeBytes }: Downloadable, range: ByteRange | undefined): ByteRange {
  if (range === undefined) return { start: 0, end: sizeBytes };
  try {
    return clampRange(byteRange(range.start, range.end), sizeBytes);
  } catch (cause) {
    const { message } = cause as Error;
    throw new BsmountError("usage", message, { cause });
  }
}
