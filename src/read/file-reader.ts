import type { BlockStore, HeldBlock } from "../blocks/block-store.ts";
import { BsmountError } from "../core/errors.ts";
import { blocks } from "../core/telemetry.ts";
import { AccessPattern, type BlockSpan, type Cursor, isStream } from "./access-pattern.ts";
import type { ActiveStreams } from "./active-streams.ts";
import type { BlockFetcher } from "./block-fetcher.ts";
import type { BlockLoader } from "./block-loader.ts";
import { changedError, type Contents } from "./contents.ts";
import type { Content } from "./flight.ts";
import { lookahead, nextReadAhead } from "./prefetch-window.ts";
import type { ContentDescription, Reader } from "./reader.ts";
import type { ReadTuning } from "./tuning.ts";

/** What all readers share. */
export interface ReadingParts {
  readonly store: BlockStore;
  readonly contents: Contents;
  readonly fetcher: BlockFetcher;
  readonly loader: BlockLoader;
  readonly streams: ActiveStreams;
  readonly maxRequests: number;
  readonly tuning: ReadTuning;
}

/** A read that needs bytes which are not there yet. */
interface PendingRead {
  readonly offset: number;
  readonly length: number;
  readonly into: Uint8Array;
  readonly cursor: Cursor;
  readonly signal: AbortSignal;
}

/** One open file: copies what is cached at once, waits for the rest, and reads ahead as its pattern allows. */
export class FileReader implements Reader {
  readonly #parts: ReadingParts;
  readonly #content: Content;
  readonly #pattern: AccessPattern;
  readonly #onUnused = (index: number): void => this.#pattern.wasted(index);
  #closed = false;

  constructor(description: ContentDescription, parts: ReadingParts) {
    this.#parts = parts;
    this.#content = parts.contents.open(description, this.#onUnused);
    this.#pattern = new AccessPattern({
      headStart: parts.tuning.headStartBlocks,
      maxProof: parts.tuning.maxWindowBlocks,
      onDropped: (cursor) => this.#forget(cursor),
    });
  }

  read(offset: number, into: Uint8Array, signal: AbortSignal): number | Promise<number> {
    this.#check(offset, signal);
    const length = Math.min(into.length, this.#content.description.sizeBytes - offset);
    if (length <= 0) return 0;
    const span = this.#spanOf(offset, length);
    const cursor = this.#pattern.observe(span, length >= this.#parts.tuning.blockBytes);
    if (!this.#copyCached(offset, into.length === length ? into : into.subarray(0, length), span)) {
      return this.#readSlowly({ offset, length, into, cursor, signal });
    }
    if (blocks.active) blocks.publish({ outcome: "hit", blocks: span.end - span.start });
    this.#readAhead(cursor);
    return length;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const cursor of this.#pattern.cursors) this.#forget(cursor);
    this.#parts.contents.close(this.#content, this.#onUnused);
  }

  #check(offset: number, signal: AbortSignal): void {
    const file = this.#content.description.fileId;
    if (this.#closed) throw new BsmountError("bad-handle", `the reader of file ${file} is closed`);
    if (!Number.isSafeInteger(offset) || offset < 0) {
      throw new BsmountError("invalid", `file ${file} cannot be read at offset ${offset}`);
    }
    if (this.#content.changed) throw changedError(this.#content);
    signal.throwIfAborted();
  }

  #spanOf(offset: number, length: number): BlockSpan {
    const { blockBytes } = this.#parts.tuning;
    return {
      start: Math.floor(offset / blockBytes),
      end: Math.ceil((offset + length) / blockBytes),
    };
  }

  /** All or nothing: `into` stays untouched when a block is missing. */
  #copyCached(offset: number, into: Uint8Array, span: BlockSpan): boolean {
    const { store } = this.#parts;
    const { key } = this.#content;
    for (let index = span.start; index < span.end; index += 1) {
      if (!store.has(key, index)) return false;
    }
    for (let index = span.start; index < span.end; index += 1) {
      const bytes = store.get(key, index);
      if (bytes !== undefined) copyBlock(bytes, index, offset, into);
    }
    return true;
  }

  /** In pieces, because a read may be larger than the cache; a kernel's read is always one piece. */
  async #readSlowly(read: PendingRead): Promise<number> {
    const { loader, tuning } = this.#parts;
    const { offset, length } = read;
    const end = offset + length;
    for (let at = offset; at < end;) {
      const first = Math.floor(at / tuning.blockBytes);
      const pieceEnd = Math.min(end, (first + loader.maxDemandBlocks) * tuning.blockBytes);
      const held = await this.#load(this.#spanOf(at, pieceEnd - at), read, pieceEnd === end);
      try {
        const target = bufferOf(read).subarray(at - offset, pieceEnd - offset);
        for (const [n, block] of held.entries()) copyBlock(block.bytes, first + n, at, target);
      } finally {
        loader.release(held);
      }
      at = pieceEnd;
    }
    return length;
  }

  #load(span: BlockSpan, read: PendingRead, last: boolean): Promise<readonly HeldBlock[]> {
    const { loader, tuning } = this.#parts;
    const { cursor, signal, length } = read;
    const { fileBlocks } = this.#content;
    const more = last
      ? lookahead(cursor, { end: span.end, lengthBytes: length }, fileBlocks, tuning)
      : 0;
    const request = { content: this.#content, span, lookahead: more };
    const demand = loader.demand(request, signal);
    // What was fetched ahead is gone or failed: begin again behind this read.
    if (demand.missed > 0 && cursor.ahead > span.end) cursor.ahead = span.end;
    if (last) this.#readAhead(cursor);
    return demand.result;
  }

  #readAhead(cursor: Cursor): void {
    if (this.#closed || !isStream(cursor)) return;
    const { loader, streams, maxRequests, tuning } = this.#parts;
    const share = 1 / streams.touch(cursor);
    const bounds = {
      fileBlocks: this.#content.fileBlocks,
      limit: Math.max(1, Math.floor(loader.maxAheadBlocks * share)),
      requests: Math.max(1, Math.floor(maxRequests * share)),
    };
    const next = nextReadAhead(cursor, bounds, tuning);
    if (next !== undefined) cursor.ahead = loader.prefetch(this.#content, next, cursor);
  }

  #forget(cursor: Cursor): void {
    this.#parts.streams.forget(cursor);
    this.#parts.fetcher.forgetCursor(this.#content, cursor);
  }
}

/** Copies what block `index` and the read of `into.length` bytes at `offset` have in common. */
function copyBlock(bytes: Uint8Array, index: number, offset: number, into: Uint8Array): void {
  const blockStart = index * bytes.length;
  const from = Math.max(offset - blockStart, 0);
  const to = Math.min(offset + into.length - blockStart, bytes.length);
  into.set(
    from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to),
    Math.max(blockStart - offset, 0),
  );
}

/** A caller that gave up may have taken its buffer back; then there is nothing left to fill. */
function bufferOf({ into, length }: PendingRead): Uint8Array {
  if (into.length >= length) return into;
  throw new BsmountError("aborted", "the buffer of a read was taken back before the answer");
}
