import { LOWEST_BYTES_PER_SECOND } from "./lowest-speed.ts";

/*
 * When a transfer of bytes crawls while others like it do not: then its connection is at fault, and asking
 * again on another one is sooner done than waiting. A line that is slow for everybody is left alone.
 */

/** One transfer during the last while, its window. */
export interface Lately {
  /** How often it was asked again already. */
  readonly askedAgain: number;
  /** Since its request was sent, in milliseconds. */
  readonly elapsedMs: number;
  /** All bytes that it has moved. */
  readonly movedBytes: number;
  readonly leftBytes: number;
  readonly windowMs: number;
  /** Bytes that it moved within the window. */
  readonly windowBytes: number;
}

/** A transfer that has ended well. */
export interface Finished {
  readonly bytes: number;
  readonly durationMs: number;
}

/** The first window of a transfer. Those of a repeated one are twice as long each time. */
export const WINDOW_MS = 5000;

/** From then on a transfer goes on however slow it is. */
const MOST_REPEATS = 2;

/** A transfer lags when its siblings are faster by more than this. */
const TIMES_SLOWER = 10;

/** A transfer of which no byte has come may still have to wait its turn at the server, as its siblings did. */
const TIMES_LONGER = 3;

/** Without siblings nothing tells a slow connection from a slow line, unless no line is as slow as that. */
const LONE_MS = 10_000;
const MOST_LONE_REPEATS = 1;

/** How long the window of a transfer is, in milliseconds. */
export function windowOf(askedAgain: number): number {
  return WINDOW_MS * 2 ** askedAgain;
}

/**
 * Whether to ask again for what `transfer` moves, at the end of its window. `siblings` are transfers over the
 * same line that ended since it began, or shortly before.
 */
export function isLagging(transfer: Lately, siblings: readonly Finished[]): boolean {
  const { askedAgain, elapsedMs, movedBytes, leftBytes, windowMs, windowBytes } = transfer;
  // When all bytes have been sent, the server is at work, and no connection is slow.
  if (askedAgain >= MOST_REPEATS || leftBytes === 0) return false;
  // What will have ended before another one has come as far is left alone.
  if (leftBytes <= windowBytes) return false;
  const bytesPerSecond = (windowBytes / windowMs) * 1000;
  if (siblings.length === 0) {
    const isLate = elapsedMs >= LONE_MS && askedAgain < MOST_LONE_REPEATS;
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
