import type { BlockStore, PinnedBlock } from "../blocks/block-store.ts";
import { BsmountError } from "../core/errors.ts";
import { blocks } from "../core/telemetry.ts";
import { AccessPattern, type BlockSpan, type Cursor, isStream } from "./access-pattern.ts";
import type { ActiveStreams } from "./active-streams.ts";
import type { BlockFetcher } from "./block-fetcher.ts";
import type { BlockLoader } from "./block-loader.ts";
import { outdatedError, type FileVersions } from "./file-versions.ts";
import type { FileVersion } from "./flight.ts";
import { lookahead, nextReadAhead } from "./prefetch-window.ts";
import type { ContentDescription, Reader } from "./reader.ts";
import type { ReadTuning } from "./tuning.ts";

/** What all readers share. */
export interface ReadingParts {
  readonly store: BlockStore;
  readonly versions: FileVersions;
  readonly fetcher: BlockFetcher;
  readonly loader: BlockLoader;
  readonly streams: ActiveStreams;
  readonly maxRequests: number;
  readonly tuning: ReadTuning;
}

/** A read of blocks that are not all cached. */
interface PendingRead {
  readonly offset: number;
  readonly length: number;
  readonly into: Uint8Array;
  readonly cursor: Cursor;
  readonly signal: AbortSignal;
}

/** One open file: copies cached blocks at once, waits for missing ones, and reads ahead as its access pattern allows. */
export class BlockReader implements Reader {
  readonly #parts: ReadingParts;
  readonly #version: FileVersion;
  readonly #pattern: AccessPattern;
  readonly #onUnused = (index: number): void => this.#pattern.wasted(index);
  #closed = false;

  constructor(description: ContentDescription, parts: ReadingParts) {
    this.#parts = parts;
    this.#version = parts.versions.open(description, this.#onUnused);
    this.#pattern = new AccessPattern({
      headStart: parts.tuning.headStartBlocks,
      maxProof: parts.tuning.maxWindowBlocks,
      onDropped: (cursor) => this.#forget(cursor),
    });
  }

  read(offset: number, into: Uint8Array, signal: AbortSignal): number | Promise<number> {
    this.#check(offset, signal);
    const length = Math.min(into.length, this.#version.description.sizeBytes - offset);
    if (length <= 0) return 0;
    const span = this.#spanOf(offset, length);
    const cursor = this.#pattern.observe(span, length >= this.#parts.tuning.blockBytes);
    if (!this.#copyCached(offset, into.length === length ? into : into.subarray(0, length), span)) {
      return this.#readMissing({ offset, length, into, cursor, signal });
    }
    if (blocks.active) blocks.publish({ outcome: "hit", blocks: span.end - span.start });
    this.#readAhead(cursor);
    return length;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const cursor of this.#pattern.cursors) this.#forget(cursor);
    this.#parts.versions.close(this.#version, this.#onUnused);
  }

  #check(offset: number, signal: AbortSignal): void {
    const file = this.#version.description.fileId;
    if (this.#closed) throw new BsmountError("bad-handle", `the reader of file ${file} is closed`);
    if (!Number.isSafeInteger(offset) || offset < 0) {
      throw new BsmountError("invalid", `file ${file} cannot be read at offset ${offset}`);
    }
    if (this.#version.isOutdated) throw outdatedError(this.#version);
    signal.throwIfAborted();
  }

  #spanOf(offset: number, length: number): BlockSpan {
    const { blockBytes } = this.#parts.tuning;
    return {
      start: Math.floor(offset / blockBytes),
      end: Math.ceil((offset + length) / blockBytes),
    };
  }

  /** Returns false, with `into` unchanged, if a block is missing. */
  #copyCached(offset: number, into: Uint8Array, span: BlockSpan): boolean {
    const { store } = this.#parts;
    const { key } = this.#version;
    for (let index = span.start; index < span.end; index += 1) {
      if (!store.has(key, index)) return false;
    }
    for (let index = span.start; index < span.end; index += 1) {
      const bytes = store.get(key, index);
      if (bytes !== undefined) copyBlock(bytes, index, offset, into);
    }
    return true;
  }

  /** Reads in pieces, because a read may be larger than the cache. A read of the kernel is always one piece. */
  async #readMissing(read: PendingRead): Promise<number> {
    const { loader, tuning } = this.#parts;
    const { offset, length } = read;
    const end = offset + length;
    for (let at = offset; at < end;) {
      const first = Math.floor(at / tuning.blockBytes);
      const pieceEnd = Math.min(end, (first + loader.maxWaitBlocks) * tuning.blockBytes);
      const pinned = await this.#load(this.#spanOf(at, pieceEnd - at), read, pieceEnd === end);
      try {
        const target = bufferOf(read).subarray(at - offset, pieceEnd - offset);
        for (const [n, block] of pinned.entries()) copyBlock(block.bytes, first + n, at, target);
      } finally {
        loader.release(pinned);
      }
      at = pieceEnd;
    }
    return length;
  }

  #load(span: BlockSpan, read: PendingRead, last: boolean): Promise<readonly PinnedBlock[]> {
    const { loader, tuning } = this.#parts;
    const { cursor, signal, length } = read;
    const { fileBlocks } = this.#version;
    const more = last
      ? lookahead(cursor, { end: span.end, lengthBytes: length }, fileBlocks, tuning)
      : 0;
    const request = { version: this.#version, span, lookahead: more };
    const wait = loader.load(request, signal);
    // The blocks that were read ahead were evicted or failed: read ahead again after this read.
    if (wait.missed > 0 && cursor.ahead > span.end) cursor.ahead = span.end;
    if (last) this.#readAhead(cursor);
    return wait.result;
  }

  #readAhead(cursor: Cursor): void {
    if (this.#closed || !isStream(cursor)) return;
    const { loader, streams, maxRequests, tuning } = this.#parts;
    const share = 1 / streams.touch(cursor);
    const bounds = {
      fileBlocks: this.#version.fileBlocks,
      limit: Math.max(1, Math.floor(loader.maxAheadBlocks * share)),
      requests: Math.max(1, Math.floor(maxRequests * share)),
    };
    const next = nextReadAhead(cursor, bounds, tuning);
    if (next !== undefined) cursor.ahead = loader.prefetch(this.#version, next, cursor);
  }

  #forget(cursor: Cursor): void {
    this.#parts.streams.forget(cursor);
    this.#parts.fetcher.forgetCursor(this.#version, cursor);
  }
}

/** Copies the bytes that block `index` shares with the read of `into.length` bytes at `offset`. */
function copyBlock(bytes: Uint8Array, index: number, offset: number, into: Uint8Array): void {
  const blockStart = index * bytes.length;
  const from = Math.max(offset - blockStart, 0);
  const to = Math.min(offset + into.length - blockStart, bytes.length);
  into.set(
    from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to),
    Math.max(blockStart - offset, 0),
  );
}

/** @throws BsmountError `aborted` if the caller has detached its buffer meanwhile */
function bufferOf({ into, length }: PendingRead): Uint8Array {
  if (into.length >= length) return into;
  throw new BsmountError("aborted", "the buffer of a read was detached before the read ended");
}
