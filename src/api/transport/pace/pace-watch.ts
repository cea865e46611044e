/*
 * Begin here: `pace/` finds transfers that crawl, and repeats them on another connection. `PaceWatch` measures what is
 * under way; `lagging.ts` decides which transfer is slower than its siblings, `lowest-speed.ts` which one is too slow
 * for any line. `with-pace.ts` applies it to requests with long bodies, `content/content.ts` to ranges.
 */

import { performance } from "node:perf_hooks";
import { type Finished, isLagging, windowOf } from "./lagging.ts";
import { isTooSlow, TooSlowError } from "./lowest-speed.ts";

/**
 * How many bytes of a transfer have moved, in its one element; `WAITING` before its request is sent. It is shared
 * memory, so that a worker thread can update it.
 */
export type MovedBytes = Float64Array;

/** The transfer waits for a connection, so its speed is not known. */
export const WAITING = -1;

export interface Transfer {
  /** Transfers of one line, that is an origin and a direction, are compared with each other. */
  readonly line: string;
  readonly bytes: number;
  /** A transfer that moves at less than the lowest speed for longer is given up. */
  readonly timeoutMs: number;
}

interface UnderWay extends Transfer {
  readonly moved: MovedBytes;
  readonly repeats: number;
  readonly controller: AbortController;
  /** When its request was seen to be sent; undefined before. */
  sentAt: number | undefined;
  /** The time since then in which this process was running. */
  elapsedMs: number;
  window: { readonly elapsedMs: number; readonly movedBytes: number };
}

interface Ended extends Finished {
  readonly line: string;
  readonly endedAt: number;
}

const CHECK_MS = 500;

/** After a longer stop of the process, its connections cannot be judged. */
const MOST_COUNTED_MS = 2 * CHECK_MS;

/** A transfer that ended this long before another one began still shows the speed of the line. */
const RECENT_MS = 30_000;

const REMEMBERED = 32;

/** A shorter transfer shows how soon the server responds, not how fast the line is. */
const SHORT_BYTES = 16 * 1024;

const LAGGING = new DOMException("the connection is far slower than others", "AbortError");

/**
 * Watches transfers, repeats the requests of those that crawl among faster ones, at most twice each, and gives up
 * those that hardly move at all.
 */
export class PaceWatch {
  readonly #underWay = new Set<UnderWay>();
  /** The last ones, the oldest first. */
  readonly #ended: Ended[] = [];
  #timer: NodeJS.Timeout | undefined;
  #checkedAt = 0;

  /**
   * Runs `attempt`, and again when it lags. An attempt reports its progress in `moved` and has to end when its
   * signal aborts. A repeat is no failure, and there is no pause before it.
   *
   * @throws TooSlowError; what the last attempt throws; the signal's reason
   */
  async run<Value>(
    transfer: Transfer,
    signal: AbortSignal,
    attempt: (moved: MovedBytes, signal: AbortSignal) => Promise<Value>,
  ): Promise<Value> {
    for (let repeats = 0; ; repeats += 1) {
      signal.throwIfAborted();
      const one = underWay(transfer, repeats);
      const onAbort = (): void => one.controller.abort(signal.reason);
      signal.addEventListener("abort", onAbort, { once: true });
      this.#add(one);
      const startedAt = performance.now();
      try {
        const value = await attempt(one.moved, one.controller.signal);
        this.#remember(one, startedAt);
        return value;
      } catch (error) {
        const { reason } = one.controller.signal;
        if (reason instanceof TooSlowError) throw reason;
        if (reason !== LAGGING) throw error;
      } finally {
        signal.removeEventListener("abort", onAbort);
        this.#remove(one);
      }
    }
  }

  #add(one: UnderWay): void {
    this.#underWay.add(one);
    if (this.#timer !== undefined) return;
    this.#checkedAt = performance.now();
    this.#timer = setInterval(() => this.#check(), CHECK_MS).unref();
  }

  #remove(one: UnderWay): void {
    this.#underWay.delete(one);
    if (this.#underWay.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #remember({ line, bytes, moved }: UnderWay, startedAt: number): void {
    // An attempt that ended without all its bytes was refused, which says nothing about the line.
    if (bytes < SHORT_BYTES || moved[0] !== bytes) return;
    const endedAt = performance.now();
    this.#ended.push({ line, bytes, endedAt, durationMs: Math.max(1, endedAt - startedAt) });
    if (this.#ended.length > REMEMBERED) this.#ended.shift();
  }

  #check(): void {
    const now = performance.now();
    const passedMs = Math.min(now - this.#checkedAt, MOST_COUNTED_MS);
    this.#checkedAt = now;
    for (const one of this.#underWay) this.#checkTransfer(one, { now, passedMs });
  }

  #checkTransfer(one: UnderWay, { now, passedMs }: { now: number; passedMs: number }): void {
    const movedBytes = one.moved[0] ?? WAITING;
    if (movedBytes === WAITING) return;
    if (one.sentAt === undefined) {
      one.sentAt = now;
      return;
    }
    one.elapsedMs += passedMs;
    // When all bytes have been sent, the server is working.
    if (movedBytes < one.bytes && isTooSlow(movedBytes, one.elapsedMs, one.timeoutMs)) {
      one.controller.abort(new TooSlowError());
      return;
    }
    const windowMs = one.elapsedMs - one.window.elapsedMs;
    if (windowMs < windowOf(one.repeats)) return;
    const { repeats, elapsedMs, bytes, window, sentAt } = one;
    const current = {
      repeats,
      elapsedMs,
      movedBytes,
      leftBytes: bytes - movedBytes,
      windowMs,
      windowBytes: movedBytes - window.movedBytes,
    };
    one.window = { elapsedMs, movedBytes };
    if (isLagging(current, this.#siblingsOf(one.line, sentAt))) one.controller.abort(LAGGING);
  }

  #siblingsOf(line: string, sentAt: number): readonly Finished[] {
    return this.#ended.filter((one) => one.line === line && one.endedAt >= sentAt - RECENT_MS);
  }
}

function underWay(transfer: Transfer, repeats: number): UnderWay {
  const moved = new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT));
  moved[0] = WAITING;
  return {
    ...transfer,
    moved,
    repeats,
    controller: new AbortController(),
    sentAt: undefined,
    elapsedMs: 0,
    window: { elapsedMs: 0, movedBytes: 0 },
  };
}
