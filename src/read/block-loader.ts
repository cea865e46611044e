import type { BlockMemory, BlockStore, PinnedBlock } from "../blocks/block-store.ts";
import { BsmountError, reasonOf } from "../core/errors.ts";
import { type BlockMessage, blocks } from "../core/telemetry.ts";
import type { BlockSpan, Cursor } from "./access-pattern.ts";
import type { BlockFetcher } from "./block-fetcher.ts";
import { outdatedError } from "./file-versions.ts";
import { BlockWait, type BlockWaitHost, type BlockWaitRequest } from "./block-wait.ts";
import type { FileVersion, Flight } from "./flight.ts";
import type { ReadAhead } from "./prefetch-window.ts";
import { splitSpan, requestBlocksFor, consecutiveSpans } from "./request-plan.ts";
import type { TimeOuts } from "./time-outs.ts";
import type { ReadTuning } from "./tuning.ts";

/*
 * Fetches blocks into the store: those that a reader waits for, and those that are read ahead.
 *
 * Waiting for memory cannot deadlock. A wait reserves memory for all its missing blocks at once or for none; until it
 * is admitted it has pinned nothing; and once admitted it needs no more memory, so it ends, and its blocks
 * can be evicted. Waits are admitted in order of arrival, and there is no read-ahead while one of them is not admitted, so
 * that none starves. Read-ahead never waits: if there is no memory, it is left out.
 */

export interface BlockLoaderOptions {
  readonly store: BlockStore;
  readonly fetcher: BlockFetcher;
  readonly timeOuts: TimeOuts;
  readonly maxRequests: number;
  readonly tuning: ReadTuning;
}

/** How the blocks of a wait were found when it was planned. */
interface Findings {
  readonly hit: number;
  readonly shared: ReadonlySet<Flight>;
  readonly sharedBlocks: number;
  readonly missing: readonly number[];
}

export class BlockLoader {
  readonly #options: BlockLoaderOptions;
  readonly #waiting = new Set<BlockWait>();
  readonly #running = new Set<BlockWait>();
  readonly #host: BlockWaitHost;
  #admitting = false;
  #closed = false;

  constructor(options: BlockLoaderOptions) {
    this.#options = options;
    this.#host = {
      pin: (key, index) => options.store.pin(key, index),
      leave: (flight, waiter) => options.fetcher.leave(flight, waiter),
      gaveUp: (load, reason) => {
        if (reasonOf(reason) !== "timeout") return;
        options.timeOuts.remember(load.request.version, load.missing(), reason);
      },
      retry: (wait) => this.#start(wait),
      settled: (wait) => {
        this.#waiting.delete(wait);
        this.#running.delete(wait);
      },
      freed: () => this.admitWaiting(),
    };
  }

  /** The most blocks of one wait. */
  get maxWaitBlocks(): number {
    return Math.max(1, Math.floor(this.#options.store.capacity / 4));
  }

  /** The most blocks of all read-ahead together. */
  get maxAheadBlocks(): number {
    return Math.floor(this.#options.store.capacity / 2);
  }

  /**
   * Begins to fetch the blocks of `request`, in the same turn if there is memory. The result has them in order and
   * pinned, for {@link release}. Rejects as `Reader.read` says.
   */
  load(request: BlockWaitRequest, signal: AbortSignal): BlockWait {
    const wait = new BlockWait(request, this.#host, signal);
    if (signal.aborted) wait.fail(signal.reason);
    else this.#start(wait);
    return wait;
  }

  /** Unpins the blocks of a wait. */
  release(pinned: readonly PinnedBlock[]): void {
    for (const block of pinned) block.unpin();
    this.admitWaiting();
  }

  /** Fetches missing blocks of `ahead.span` while there is memory. Returns the first block that it did not reach. */
  prefetch(version: FileVersion, ahead: ReadAhead, cursor: Cursor): number {
    const { span, requestBlocks } = ahead;
    let start = span.start;
    for (let index = span.start; index <= span.end; index += 1) {
      const missing = index < span.end && !this.#isFetched(version, index, cursor);
      const full = index - start === requestBlocks;
      if (missing && !full) continue;
      if (index > start && !this.#startAhead(version, { start, end: index }, cursor)) return start;
      start = missing ? index : index + 1;
    }
    return span.end;
  }

  /** Admits waits in order of arrival, as far as there is memory. Called when memory may have been freed. */
  admitWaiting(): void {
    if (this.#admitting) return;
    this.#admitting = true;
    for (const wait of this.#waiting) {
      if (!this.#admit(wait)) break;
      this.#waiting.delete(wait);
    }
    this.#admitting = false;
  }

  /** Fails all waits, now and later. */
  close(): void {
    this.#closed = true;
    const error = endedError();
    for (const wait of [...this.#waiting, ...this.#running]) wait.fail(error);
  }

  #start(wait: BlockWait): void {
    if (this.#closed) wait.fail(endedError());
    else if (!this.#admit(wait)) this.#waiting.add(wait);
  }

  /** Returns false, with the wait unchanged, if there is no memory for its missing blocks. */
  #admit(wait: BlockWait): boolean {
    const { store, fetcher, timeOuts } = this.#options;
    const { version, span } = wait.request;
    const error = version.isOutdated ? outdatedError(version) : timeOuts.find(version, span);
    if (error !== undefined) {
      wait.fail(error);
      return true;
    }
    const found = this.#find(wait);
    const memory = this.#mayReserve(wait, found) ? store.reserve(found.missing.length) : undefined;
    if (memory === undefined) {
      wait.releaseAll();
      return false;
    }
    this.#running.add(wait);
    wait.missed = found.missing.length;
    for (const flight of found.shared) {
      wait.waitFor(flight);
      fetcher.join(flight, wait);
    }
    this.#fetch(wait, found.missing, [...memory]);
    if (wait.attempt === 1) publish(found);
    wait.resolveIfComplete();
    return true;
  }

  /** A wait that needs memory must not overtake one that has waited for it longer. */
  #mayReserve(wait: BlockWait, found: Findings): boolean {
    const [first] = this.#waiting;
    return found.missing.length === 0 || first === undefined || first === wait;
  }

  #find(wait: BlockWait): Findings {
    const { version, span } = wait.request;
    const shared = new Set<Flight>();
    const missing: number[] = [];
    let hit = 0;
    for (let index = span.start; index < span.end; index += 1) {
      const flight = version.flights.get(index);
      if (flight !== undefined) shared.add(flight);
      else if (wait.pin(index)) hit += 1;
      else missing.push(index);
    }
    const sharedBlocks = span.end - span.start - hit - missing.length;
    return { hit, shared, sharedBlocks, missing };
  }

  #fetch(wait: BlockWait, missing: readonly number[], memory: BlockMemory[]): void {
    if (missing.length === 0) return;
    const { fetcher, maxRequests, tuning } = this.#options;
    const { version, span } = wait.request;
    const requestBlocks = requestBlocksFor(missing.length, maxRequests, tuning);
    for (const run of consecutiveSpans(missing).flatMap((run) => splitSpan(run, requestBlocks))) {
      const needed = memory.splice(0, run.end - run.start);
      const more = run.end === span.end ? this.#roomBehind(wait.request) : [];
      const plan = { start: run.start, memory: [...needed, ...more], aheadBlocks: more.length };
      wait.waitFor(fetcher.start(version, plan, wait));
    }
  }

  /** Memory for the blocks after a wait that its last request should also fetch. */
  #roomBehind({ version, span, lookahead }: BlockWaitRequest): readonly BlockMemory[] {
    const { store } = this.#options;
    let count = 0;
    while (count < lookahead && !isKnown(store, version, span.end + count)) count += 1;
    return (this.#mayReadAhead(count) ? store.reserve(count) : undefined) ?? [];
  }

  #startAhead(version: FileVersion, span: BlockSpan, cursor: Cursor): boolean {
    const { store, fetcher } = this.#options;
    const count = span.end - span.start;
    const memory = this.#mayReadAhead(count) ? store.reserve(count) : undefined;
    if (memory === undefined) return false;
    fetcher.start(version, { start: span.start, memory, aheadBlocks: count }, cursor);
    return true;
  }

  #mayReadAhead(count: number): boolean {
    const inFlight = this.#options.fetcher.aheadBlocks;
    return !this.#closed && this.#waiting.size === 0 && inFlight + count <= this.maxAheadBlocks;
  }

  /** Whether a block is cached or in flight; a flight is then kept for `cursor` too. */
  #isFetched(version: FileVersion, index: number, cursor: Cursor): boolean {
    version.flights.get(index)?.cursors.add(cursor);
    return isKnown(this.#options.store, version, index);
  }
}

function isKnown(store: BlockStore, version: FileVersion, index: number): boolean {
  return version.flights.has(index) || store.has(version.key, index);
}

function publish(found: Findings): void {
  if (!blocks.active) return;
  const counts: readonly [BlockMessage["outcome"], number][] = [
    ["hit", found.hit],
    ["shared", found.sharedBlocks],
    ["miss", found.missing.length],
  ];
  for (const [outcome, count] of counts) {
    if (count > 0) blocks.publish({ outcome, blocks: count });
  }
}

function endedError(): BsmountError {
  return new BsmountError("aborted", "reading has ended: the mount or the client was closed");
}
