import type { BlockMemory, BlockStore, HeldBlock } from "../blocks/block-store.ts";
import { BsmountError, reasonOf } from "../core/errors.ts";
import { type BlockMessage, blocks } from "../core/telemetry.ts";
import type { BlockSpan, Cursor } from "./access-pattern.ts";
import type { BlockFetcher } from "./block-fetcher.ts";
import { changedError } from "./contents.ts";
import { Demand, type DemandHost, type DemandRequest } from "./demand.ts";
import type { Content, Flight } from "./flight.ts";
import type { ReadAhead } from "./prefetch-window.ts";
import { cut, demandRequestBlocks, neighbours } from "./request-plan.ts";
import type { TimeOuts } from "./time-outs.ts";
import type { ReadTuning } from "./tuning.ts";

/*
 * Brings blocks into the store: those a reader waits for (demands) and those read ahead.
 *
 * Memory cannot run into a deadlock. A demand gets room for all its missing blocks at once or nothing; while
 * it waits for room it holds nothing; and once admitted it needs no more room, so it ends, and what it held
 * can be evicted. Demands wait for room in order of arrival and read-ahead stands back meanwhile, so nobody
 * starves. Read-ahead never waits: without room there is none.
 */

export interface BlockLoaderOptions {
  readonly store: BlockStore;
  readonly fetcher: BlockFetcher;
  readonly timeOuts: TimeOuts;
  readonly maxRequests: number;
  readonly tuning: ReadTuning;
}

/** What a demand found when it was planned. */
interface Findings {
  readonly hit: number;
  readonly shared: ReadonlySet<Flight>;
  readonly sharedBlocks: number;
  readonly missing: readonly number[];
}

export class BlockLoader {
  readonly #options: BlockLoaderOptions;
  readonly #waiting = new Set<Demand>();
  readonly #running = new Set<Demand>();
  readonly #host: DemandHost;
  #admitting = false;
  #closed = false;

  constructor(options: BlockLoaderOptions) {
    this.#options = options;
    this.#host = {
      hold: (key, index) => options.store.hold(key, index),
      leave: (flight, waiter) => options.fetcher.leave(flight, waiter),
      gaveUp: (demand, reason) => {
        if (reasonOf(reason) !== "timeout") return;
        options.timeOuts.remember(demand.request.content, demand.missing(), reason);
      },
      retry: (demand) => this.#start(demand),
      settled: (demand) => {
        this.#waiting.delete(demand);
        this.#running.delete(demand);
      },
      freed: () => this.lookAgain(),
    };
  }

  /** Blocks that one demand may ask for. */
  get maxDemandBlocks(): number {
    return Math.max(1, Math.floor(this.#options.store.capacity / 4));
  }

  /** Blocks that all read-ahead together may take up. */
  get maxAheadBlocks(): number {
    return Math.floor(this.#options.store.capacity / 2);
  }

  /**
   * Begins to fetch the blocks of `request`, in the same turn if there is room. The result has them in
   * order; release each. Rejects as `Reader.read` says.
   */
  demand(request: DemandRequest, signal: AbortSignal): Demand {
    const demand = new Demand(request, this.#host, signal);
    if (signal.aborted) demand.fail(signal.reason);
    else this.#start(demand);
    return demand;
  }

  /** Gives blocks back that a demand answered with. */
  release(held: readonly HeldBlock[]): void {
    for (const block of held) block.release();
    this.lookAgain();
  }

  /** Fetches what is missing of `ahead.span`, as far as there is room; answers one behind the last block seen to. */
  prefetch(content: Content, ahead: ReadAhead, cursor: Cursor): number {
    const { span, requestBlocks } = ahead;
    let start = span.start;
    for (let index = span.start; index <= span.end; index += 1) {
      const missing = index < span.end && !this.#isComing(content, index, cursor);
      const full = index - start === requestBlocks;
      if (missing && !full) continue;
      if (index > start && !this.#startAhead(content, { start, end: index }, cursor)) return start;
      start = missing ? index : index + 1;
    }
    return span.end;
  }

  /** Memory may have come free: admits those who wait, in order. */
  lookAgain(): void {
    if (this.#admitting) return;
    this.#admitting = true;
    for (const demand of this.#waiting) {
      if (!this.#admit(demand)) break;
      this.#waiting.delete(demand);
    }
    this.#admitting = false;
  }

  /** Rejects whoever waits, now and later. */
  close(): void {
    this.#closed = true;
    const error = endedError();
    for (const demand of [...this.#waiting, ...this.#running]) demand.fail(error);
  }

  #start(demand: Demand): void {
    if (this.#closed) demand.fail(endedError());
    else if (!this.#admit(demand)) this.#waiting.add(demand);
  }

  /** False when there is no room for what is missing; then the demand is as it was. */
  #admit(demand: Demand): boolean {
    const { store, fetcher, timeOuts } = this.#options;
    const { content, span } = demand.request;
    const hopeless = content.changed ? changedError(content) : timeOuts.find(content, span);
    if (hopeless !== undefined) {
      demand.fail(hopeless);
      return true;
    }
    const found = this.#find(demand);
    const memory = this.#mayReserve(demand, found)
      ? store.reserve(found.missing.length)
      : undefined;
    if (memory === undefined) {
      demand.releaseAll();
      return false;
    }
    this.#running.add(demand);
    demand.missed = found.missing.length;
    for (const flight of found.shared) {
      demand.waitFor(flight);
      fetcher.join(flight, demand);
    }
    this.#fetch(demand, found.missing, [...memory]);
    if (demand.attempt === 1) publish(found);
    demand.finishIfComplete();
    return true;
  }

  /** Who has waited longer for room comes first. */
  #mayReserve(demand: Demand, found: Findings): boolean {
    const [first] = this.#waiting;
    return found.missing.length === 0 || first === undefined || first === demand;
  }

  #find(demand: Demand): Findings {
    const { content, span } = demand.request;
    const shared = new Set<Flight>();
    const missing: number[] = [];
    let hit = 0;
    for (let index = span.start; index < span.end; index += 1) {
      const flight = content.flights.get(index);
      if (flight !== undefined) shared.add(flight);
      else if (demand.hold(index)) hit += 1;
      else missing.push(index);
    }
    const sharedBlocks = span.end - span.start - hit - missing.length;
    return { hit, shared, sharedBlocks, missing };
  }

  #fetch(demand: Demand, missing: readonly number[], memory: BlockMemory[]): void {
    if (missing.length === 0) return;
    const { fetcher, maxRequests, tuning } = this.#options;
    const { content, span } = demand.request;
    const requestBlocks = demandRequestBlocks(missing.length, maxRequests, tuning);
    for (const run of neighbours(missing).flatMap((run) => cut(run, requestBlocks))) {
      const own = memory.splice(0, run.end - run.start);
      const more = run.end === span.end ? this.#roomBehind(demand.request) : [];
      const plan = { start: run.start, memory: [...own, ...more], aheadBlocks: more.length };
      demand.waitFor(fetcher.start(content, plan, demand));
    }
  }

  /** Memory for the blocks behind a demand that its last request should bring along. */
  #roomBehind({ content, span, lookahead }: DemandRequest): readonly BlockMemory[] {
    const { store } = this.#options;
    let count = 0;
    while (count < lookahead && !isKnown(store, content, span.end + count)) count += 1;
    return (this.#mayReadAhead(count) ? store.reserve(count) : undefined) ?? [];
  }

  #startAhead(content: Content, span: BlockSpan, cursor: Cursor): boolean {
    const { store, fetcher } = this.#options;
    const count = span.end - span.start;
    const memory = this.#mayReadAhead(count) ? store.reserve(count) : undefined;
    if (memory === undefined) return false;
    fetcher.start(content, { start: span.start, memory, aheadBlocks: count }, cursor);
    return true;
  }

  #mayReadAhead(count: number): boolean {
    const inFlight = this.#options.fetcher.aheadBlocks;
    return !this.#closed && this.#waiting.size === 0 && inFlight + count <= this.maxAheadBlocks;
  }

  /** Whether a block needs no fetch; one that others fetch is from now on fetched for `cursor` as well. */
  #isComing(content: Content, index: number, cursor: Cursor): boolean {
    content.flights.get(index)?.cursors.add(cursor);
    return isKnown(this.#options.store, content, index);
  }
}

function isKnown(store: BlockStore, content: Content, index: number): boolean {
  return content.flights.has(index) || store.has(content.key, index);
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
