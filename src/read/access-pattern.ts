/*
 * Tells streams from random reads, by block numbers alone.
 *
 * One open file may be read by several parties at once (samtools with threads, two processes behind one
 * page cache), and the kernel sends the requests of one stream several at a time, in any order. So a
 * pattern keeps a few cursors. A read belongs to the cursor whose position is nearest, if it is near; else
 * it begins a new cursor in place of the one unused for longest. A cursor is a stream when it has proof:
 * enough blocks read, and most of those it passed. Blocks fetched ahead in vain take proof away.
 */

/** Blocks `start` to `end` of a file, `end` not included. */
export interface BlockSpan {
  readonly start: number;
  readonly end: number;
}

/** One place in a file that is being read onwards. */
export interface Cursor {
  /** Where the recent past begins that `touched` counts in. */
  origin: number;
  /** One behind the furthest block read. */
  position: number;
  /** Blocks read between origin and position. */
  touched: number;
  /** Blocks that may be read ahead for this cursor, memory aside; see {@link isStream}. */
  proof: number;
  /** One behind the last block asked for ahead of the reader. */
  ahead: number;
  /** Reads that belonged to it. */
  reads: number;
}

export interface PatternOptions {
  /** Proof that a full-sized read at the beginning of a file is worth. */
  readonly headStart: number;
  /** Proof never exceeds this, so that waste is felt at once. */
  readonly maxProof: number;
  /** A cursor was given up: nobody will read what was fetched ahead for it. */
  readonly onDropped?: (cursor: Cursor) => void;
}

const MAX_CURSORS = 8;
/** The kernel keeps up to a dozen requests of one block in flight, in any order. */
const REACH_BACK = 16;
const REACH_FORWARD = 4;
const MAX_REACH_FORWARD = 16;
/**
 * A random read of 256 KiB arrives as two unaligned requests and often a third that is the kernel's own
 * read-ahead: four blocks. Only the fifth block tells a stream.
 */
const STREAM_PROOF = 5;
/** Random reads seldom begin at the very beginning of a file. */
const HEAD_PROOF = 2;
const PAST_BLOCKS = 64;
/** A block fetched in vain costs more than a block read in order earns. */
const WASTE_COST = 2;

export class AccessPattern {
  readonly #options: PatternOptions;
  /** The one used last comes last. */
  readonly #cursors: Cursor[] = [];

  constructor(options: PatternOptions) {
    this.#options = options;
  }

  get cursors(): readonly Cursor[] {
    return this.#cursors;
  }

  /** Takes note of a read; `full` when it was at least one block long. Answers the cursor it belongs to. */
  observe(span: BlockSpan, full: boolean): Cursor {
    const known = this.#nearest(span.start);
    if (known === undefined) return this.#begin(span, full);
    this.#moveToEnd(known);
    advance(known, span);
    known.proof = Math.min(known.proof, this.#options.maxProof);
    return known;
  }

  /** A block that was fetched ahead is gone without having been read. */
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
    // One read, however long, is no sequence.
    const proof = Math.min(Math.min(length, STREAM_PROOF - 1) + bonus, this.#options.maxProof);
    const place = { origin: span.start, position: span.end, ahead: span.end };
    const cursor = { ...place, touched: length, proof, reads: 1 };
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
  // A block read again, or in several small reads, is no new one.
  cursor.touched = Math.min(cursor.touched + span.end - span.start, passed);
  cursor.proof += cursor.touched - before;
  cursor.reads += 1;
  if (passed > PAST_BLOCKS) forgetPast(cursor, passed);
}

/** What a cursor did long ago must not outvote what it does now. */
function forgetPast(cursor: Cursor, passed: number): void {
  cursor.origin += Math.floor(passed / 2);
  cursor.touched = Math.floor(cursor.touched / 2);
}
