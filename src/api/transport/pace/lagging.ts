import { LOWEST_BYTES_PER_SECOND } from "./lowest-speed.ts";

/*
 * Detects a transfer that crawls while others like it do not. Then its connection is at fault, and repeating the
 * request on another connection is faster than waiting. When all transfers of a line are slow, none is repeated.
 */

/** What one transfer did within its current window. */
export interface TransferWindow {
  /** How often its request was repeated already. */
  readonly repeats: number;
  /** The time since its request was sent, in milliseconds. */
  readonly elapsedMs: number;
  /** All bytes that were moved. */
  readonly movedBytes: number;
  readonly leftBytes: number;
  readonly windowMs: number;
  /** Bytes that were moved within the window. */
  readonly windowBytes: number;
}

/** A transfer that succeeded. */
export interface Finished {
  readonly bytes: number;
  readonly durationMs: number;
}

/** The first window of a transfer. Each repeat doubles it. */
export const WINDOW_MS = 5000;

/** After this many repeats, a transfer continues however slow it is. */
const MAX_REPEATS = 2;

/** A transfer lags when its siblings are faster by more than this factor. */
const TIMES_SLOWER = 10;

/** A transfer without a first byte may still be queued at the server, as its siblings were. */
const TIMES_LONGER = 3;

/** Without siblings, a slow connection cannot be told from a slow line, except below this speed. */
const LONE_MS = 10_000;
const MOST_LONE_REPEATS = 1;

/** The length of the window of a transfer, in milliseconds. */
export function windowOf(repeats: number): number {
  return WINDOW_MS * 2 ** repeats;
}

/**
 * Whether to repeat the request of `transfer` at the end of its window. `siblings` are transfers over the same line
 * that ended since it began, or shortly before.
 */
export function isLagging(transfer: TransferWindow, siblings: readonly Finished[]): boolean {
  const { repeats, elapsedMs, movedBytes, leftBytes, windowMs, windowBytes } = transfer;
  // When all bytes have been sent, the server is working, and no connection is slow.
  if (repeats >= MAX_REPEATS || leftBytes === 0) return false;
  // A transfer that will end before a repeated one has come as far continues.
  if (leftBytes <= windowBytes) return false;
  const bytesPerSecond = (windowBytes / windowMs) * 1000;
  if (siblings.length === 0) {
    const isLate = elapsedMs >= LONE_MS && repeats < MOST_LONE_REPEATS;
    return isLate && movedBytes > 0 && bytesPerSecond < LOWEST_BYTES_PER_SECOND;
  }
  const usual = median(siblings.map(({ bytes, durationMs }) => (bytes / durationMs) * 1000));
  if (bytesPerSecond * TIMES_SLOWER >= usual) return false;
  const usualMs = median(siblings.map(({ durationMs }) => durationMs));
  return movedBytes > 0 || elapsedMs >= TIMES_LONGER * usualMs;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
