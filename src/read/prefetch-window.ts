import { type BlockSpan, type Cursor, isStream } from "./access-pattern.ts";
import type { ReadTuning } from "./tuning.ts";

/** The bounds of the prefetch window of a cursor. */
export interface WindowBounds {
  /** Blocks of the whole file. */
  readonly fileBlocks: number;
  /** This cursor's share of memory, in blocks. */
  readonly limit: number;
  /** This cursor's share of the requests that may be in flight at once. */
  readonly requests: number;
}

export interface ReadAhead {
  readonly span: BlockSpan;
  /** The size of each request for a part of the span. */
  readonly requestBlocks: number;
}

/** The number of blocks that a cursor may fetch ahead of its position: none for random reads, else at most its proof. */
export function windowBlocks(cursor: Cursor, limit: number, tuning: ReadTuning): number {
  return isStream(cursor) ? Math.min(cursor.proof, limit, tuning.maxWindowBlocks) : 0;
}

/**
 * The next blocks to fetch ahead for `cursor`, or undefined if none are due. Only the end of a file makes a request
 * that is not full-sized: otherwise each small read would send a small request.
 */
export function nextReadAhead(
  cursor: Cursor,
  bounds: WindowBounds,
  tuning: ReadTuning,
): ReadAhead | undefined {
  const window = windowBlocks(cursor, bounds.limit, tuning);
  if (window === 0) return undefined;
  const start = Math.max(cursor.position, cursor.ahead);
  const end = Math.min(cursor.position + window, bounds.fileBlocks);
  const requestBlocks = requestSize(window, bounds.requests, tuning);
  if (end <= start) return undefined;
  if (end === bounds.fileBlocks) return { span: { start, end }, requestBlocks };
  const whole = Math.floor((end - start) / requestBlocks) * requestBlocks;
  return whole === 0 ? undefined : { span: { start, end: start + whole }, requestBlocks };
}

/**
 * The number of blocks that the request of a read should fetch after the read's own: the rest of a small file; one
 * block for a first read of exactly one block, because the kernel splits larger reads into such requests and the
 * next one would cost a second round trip; otherwise none.
 */
export function lookahead(
  cursor: Cursor,
  read: { readonly end: number; readonly lengthBytes: number },
  fileBlocks: number,
  tuning: ReadTuning,
): number {
  if (fileBlocks <= tuning.smallFileBlocks) return fileBlocks - read.end;
  const cutByKernel = cursor.reads === 1 && read.lengthBytes === tuning.blockBytes;
  return cutByKernel && !isStream(cursor) ? Math.min(1, fileBlocks - read.end) : 0;
}

/** Small enough to keep all requests busy and to have two in a window, but not too small. */
function requestSize(window: number, requests: number, tuning: ReadTuning): number {
  const wanted = Math.max(tuning.minRequestBlocks, Math.floor(window / requests));
  return Math.max(1, Math.min(wanted, tuning.maxRequestBlocks, Math.ceil(window / 2)));
}
