/*
 * Tells streams from random reads, by block indexes alone.
 *
 * Several threads or processes may read one open file at once (samtools with threads, two processes that share the
 * page cache), and the kernel sends several requests of one stream at a time, in any order. So a pattern has a
 * few cursors. A read belongs to the nearest cursor if one is near enough; otherwise it starts a new cursor, which
 * replaces the least recently used one. A cursor is a stream once it has enough proof: it has read enough blocks,
 * and most of those that it passed. Blocks that were read ahead and never used reduce the proof.
 */

/** Blocks `start` to `end` of a file, `end` not included. */
export interface BlockSpan {
  readonly start: number;
  readonly end: number;
}

/** A position in a file from which it is read forwards. */
export interface Cursor {
  /** The first block of the recent past, in which `touched` counts. */
  origin: number;
  /** The block after the last one that was read. */
  position: number;
  /** The number of blocks read between origin and position. */
  touched: number;
  /** The number of blocks that may be read ahead, apart from memory; see {@link isStream}. */
  proof: number;
  /** The block after the last one that was requested ahead. */
  ahead: number;
  /** The number of reads that belonged to it. */
  reads: number;
}

export interface PatternOptions {
  /** The proof that a full-sized read at the beginning of a file adds. */
  readonly headStart: number;
  /** The most proof, so that unused blocks have an effect soon. */
  readonly maxProof: number;
  /** Called when a cursor is replaced; the blocks that were read ahead for it will not be used. */
  readonly onDropped?: (cursor: Cursor) => void;
}

const MAX_CURSORS = 8;
/** The kernel has up to a dozen requests of one block in flight, in any order. */
const REACH_BACK = 16;
const REACH_FORWARD = 4;
const MAX_REACH_FORWARD = 16;
/**
 * A random read of 256 KiB arrives as two unaligned requests, often with a third for the kernel's own read-ahead: four
 * blocks. So a stream has at least five.
 */
const STREAM_PROOF = 5;
/** Random reads seldom begin at the very beginning of a file. */
const HEAD_PROOF = 2;
const PAST_BLOCKS = 64;
/** The proof that an unused block removes; a block that is read in order adds 1. */
const WASTE_COST = 2;

export class AccessPattern {
  readonly #options: PatternOptions;
  /** The most recently used one is last. */
  readonly #cursors: Cursor[] = [];

  constructor(options: PatternOptions) {
    this.#options = options;
  }

  get cursors(): readonly Cursor[] {
    return this.#cursors;
  }

  /** Records a read; `full` if it was at least one block long. Returns the cursor that it belongs to. */
  observe(span: BlockSpan, full: boolean): Cursor {
    const known = this.#nearest(span.start);
    if (known === undefined) return this.#begin(span, full);
    this.#moveToEnd(known);
    advance(known, span);
    known.proof = Math.min(known.proof, this.#options.maxProof);
    return known;
  }

  /** Called when a block that was read ahead was evicted before it was used. */
  wasted(index: number): void {
    for (const cursor of this.#cursors) {
      if (index < cursor.origin || index >= cursor.ahead) continue;
      cursor.proof = Math.max(0, cursor.proof - WASTE_COST);
      return;
    }
  }

  #nearest(start: number): Cursor | undefined {
    let best: Cursor | undefined;
    for (const cursor of this.#cursors) {
      if (!reaches(cursor, start)) continue;
      if (best === undefined || distance(cursor, start) < distance(best, start)) best = cursor;
    }
    return best;
  }

  #begin(span: BlockSpan, full: boolean): Cursor {
    const length = span.end - span.start;
    const bonus = span.start > 0 ? 0 : full ? this.#options.headStart : HEAD_PROOF;
    // A single read, however long, does not make a stream.
    const proof = Math.min(Math.min(length, STREAM_PROOF - 1) + bonus, this.#options.maxProof);
    const position = { origin: span.start, position: span.end, ahead: span.end };
    const cursor = { ...position, touched: length, proof, reads: 1 };
    if (this.#cursors.length === MAX_CURSORS) this.#dropOldest();
    this.#cursors.push(cursor);
    return cursor;
  }

  #dropOldest(): void {
    const oldest = this.#cursors.shift();
    if (oldest !== undefined) this.#options.onDropped?.(oldest);
  }

  #moveToEnd(cursor: Cursor): void {
    if (this.#cursors.at(-1) === cursor) return;
    this.#cursors.splice(this.#cursors.indexOf(cursor), 1);
    this.#cursors.push(cursor);
  }
}

/** Whether reading ahead for `cursor` is likely to be right. */
export function isStream(cursor: Cursor): boolean {
  return cursor.proof >= STREAM_PROOF && cursor.touched * 2 >= cursor.position - cursor.origin;
}

function reaches(cursor: Cursor, start: number): boolean {
  const forward = Math.min(MAX_REACH_FORWARD, REACH_FORWARD + cursor.proof);
  return start >= cursor.position - REACH_BACK && start <= cursor.position + forward;
}

function distance(cursor: Cursor, start: number): number {
  return Math.abs(cursor.position - start);
}

function advance(cursor: Cursor, span: BlockSpan): void {
  const before = cursor.touched;
  cursor.origin = Math.min(cursor.origin, span.start);
  cursor.position = Math.max(cursor.position, span.end);
  const passed = cursor.position - cursor.origin;
  // A block that is read again, or in several small reads, counts once.
  cursor.touched = Math.min(cursor.touched + span.end - span.start, passed);
  cursor.proof += cursor.touched - before;
  cursor.reads += 1;
  if (passed > PAST_BLOCKS) forgetPast(cursor, passed);
}

/** Old reads must not outweigh recent ones. */
function forgetPast(cursor: Cursor, passed: number): void {
  cursor.origin += Math.floor(passed / 2);
  cursor.touched = Math.floor(cursor.touched / 2);
}
