import { byteRange, type ByteRange, clampRange, rangeLength } from "../../core/byte-range.ts";
import { compareIds } from "../../core/compare-ids.ts";
import { neverAborted } from "../../core/abort.ts";
import { BsmountError } from "../../core/errors.ts";
import type { FileId } from "../../core/ids.ts";
import { withIndexes } from "../../core/index-files.ts";
import { inParallel } from "../../core/parallel.ts";
import type { SharedBuffers } from "../../core/shared-buffers.ts";
import type { Content, StoreVersion } from "../content/content.ts";
import type { Files } from "../resources/files.ts";
import { partsOf } from "./download-plan.ts";
import {
  type Downloadable,
  type Downloaded,
  type DownloadOptions,
  FileDownload,
} from "./file-download.ts";
import { pathNames, placeBelow } from "./local-place.ts";
import { FetchAhead } from "./fetch-ahead.ts";
import { type HeldBytes, heldBytes } from "./held-bytes.ts";
import { DEFAULT_PARALLEL, ProgressCount, type TransferOptions, withMemory } from "./options.ts";

export interface ReadOptions extends TransferOptions {
  /** Default: the whole file. What lies behind its end is left out. */
  readonly range?: ByteRange;
}

export interface FolderOptions extends DownloadOptions {
  /** Makes the folders of the file's own path below the target folder. Default false: its name alone. */
  readonly keepPath?: boolean;
}

/** Parts of one file at a time where several files are under way. */
const PARTS_OF_MANY = 2;

const STREAM_PART_BYTES = 4 * 1024 * 1024;

/** What is said to be larger is not worth asking for: no supported Node holds more in one piece. */
const MAX_READ_BYTES = 4 * 1024 ** 3;

export interface DownloadsOptions {
  readonly content: Content;
  readonly files: Files;
  /** For parts on their way to a local file. */
  readonly buffers: SharedBuffers;
}

/**
 * Files of BaseSpace to this machine. Each takes a file, or its Id, which is then asked for first.
 *
 * Methods throw BsmountError: `archived`, `access-denied`, `changed` when the content is another one half
 * way through, `timeout`, `unavailable`; the signal's reason.
 */
export class Downloads {
  readonly #content: Content;
  readonly #files: Files;
  readonly #buffers: SharedBuffers;

  constructor({ content, files, buffers }: DownloadsOptions) {
    this.#content = content;
    this.#files = files;
    this.#buffers = buffers;
  }

  /**
   * To one place on disk, whatever the file is called; what is there is replaced when every byte has
   * come. Goes on with what an earlier attempt left beside it.
   */
  async toFile(
    file: Downloadable | FileId,
    target: string,
    options: DownloadOptions = {},
  ): Promise<Downloaded> {
    const entry = await this.#entry(file, options);
    const from = { content: this.#content, buffers: this.#buffers };
    return await new FileDownload(from, entry, target, options).run(options.signal ?? neverAborted);
  }

  /**
   * Into a folder, which is made, under the file's own name or, with `keepPath`, its own path.
   * @throws BsmountError `invalid` for a name that would lead out of the folder, `usage` when a link is in
   * the way
   */
  async toFolder(
    file: Downloadable | FileId,
    folder: string,
    options: FolderOptions = {},
  ): Promise<Downloaded> {
    const entry = await this.#entry(file, options);
    const path = options.keepPath === true ? entry.path : (pathNames(entry.path).at(-1) ?? "");
    return await this.toFile(entry, await placeBelow(folder, path), options);
  }

  /**
   * All of `files` into a folder by their own paths, some at a time; answers in the order of their ends.
   * Of several files with one path, which are versions, the newest is taken. An index, such as `x.bam.bai`,
   * begins when its data has come, so that it is not the older one. The first failure ends it.
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
   * The bytes of a file or of a range of it, at once in memory.
   * @throws BsmountError `too-big` for more than 4 GiB, or than this machine has room for
   */
  async read(file: Downloadable | FileId, options: ReadOptions = {}): Promise<Uint8Array> {
    const entry = await this.#entry(file, options);
    const range = wantedRange(entry, options.range);
    const { memory: _counted, ...others } = options;
    const length = rangeLength(range);
    const ahead = (options.parallel ?? DEFAULT_PARALLEL) * STREAM_PART_BYTES;
    // Taken at once: two reads that had a part each, and waited for more, would wait for each other.
    const needed = {
      bytes: length + Math.min(length, ahead),
      signal: options.signal ?? neverAborted,
    };
    return await withMemory(options, needed, async () => {
      const bytes = roomFor(entry, length);
      let at = 0;
      for await (const piece of this.#pieces(entry, range, others)) {
        bytes.set(piece, at);
        at += piece.length;
      }
      return bytes;
    });
  }

  /**
   * The bytes in order, some pieces fetched ahead; `Readable.from` makes a stream of it. With `memory` a piece
   * counts from before it is fetched until the next one is asked for.
   */
  async *stream(
    file: Downloadable | FileId,
    options: ReadOptions = {},
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const entry = await this.#entry(file, options);
    yield* this.#pieces(entry, wantedRange(entry, options.range), options);
  }

  async *#pieces(
    file: Downloadable,
    range: ByteRange,
    options: ReadOptions,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const ended = new AbortController();
    const signal = AbortSignal.any([options.signal ?? neverAborted, ended.signal]);
    const progress = new ProgressCount(rangeLength(range), options.onProgress);
    let version: StoreVersion | undefined;
    const fetch = async (part: ByteRange): Promise<HeldBytes> => {
      return await heldBytes(options, { bytes: rangeLength(part), signal }, async (bytes) => {
        const { id: fileId, sizeBytes } = file;
        const request = { fileId, sizeBytes, range: part, into: [bytes], expected: version };
        version = await this.#content.readRange(request, signal);
        return bytes;
      });
    };
    const ahead = new FetchAhead(partsOf(range, STREAM_PART_BYTES), fetch);
    try {
      for (;;) {
        // Alone at first: the others have to be of its version.
        const most = version === undefined ? 1 : (options.parallel ?? DEFAULT_PARALLEL);
        const piece = await ahead.next(most);
        if (piece === undefined) return;
        using _room = piece;
        progress.add(piece.bytes.length);
        yield piece.bytes;
      }
    } finally {
      ended.abort(new DOMException("the file is no longer read", "AbortError"));
      await ahead.end();
    }
  }

  async #entry(file: Downloadable | FileId, options: TransferOptions): Promise<Downloadable> {
    const entry = typeof file === "string" ? await this.#files.get(file, options) : file;
    if (!entry.isArchived) return entry;
    throw new BsmountError("archived", `file ${entry.id} (${entry.name}) is archived`, {
      remedy: "restore it in BaseSpace first",
    });
  }
}

/** Ids grow, so the newest version of a path has the greatest. */
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

/** @throws BsmountError `usage` for a range that makes no sense */
function wantedRange({ sizeBytes }: Downloadable, range: ByteRange | undefined): ByteRange {
  if (range === undefined) return { start: 0, end: sizeBytes };
  try {
    return clampRange(byteRange(range.start, range.end), sizeBytes);
  } catch (cause) {
    const { message } = cause as Error;
    throw new BsmountError("usage", message, { cause });
  }
}
