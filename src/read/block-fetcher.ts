import type { BlockMemory, BlockStore } from "../blocks/block-store.ts";
import { blockRange } from "../core/byte-range.ts";
import { reasonOf } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import { TaskGroup } from "../core/task-group.ts";
import { blocks } from "../core/telemetry.ts";
import type { Cursor } from "./access-pattern.ts";
import type { ContentSource, RangeRequest } from "./content-source.ts";
import { changedError, type Contents } from "./contents.ts";
import {
  blockIndexes,
  type Content,
  type Flight,
  type FlightWaiter,
  isReadAhead,
} from "./flight.ts";
import { RequestQueue } from "./request-queue.ts";
import type { TimeOuts } from "./time-outs.ts";

export interface BlockFetcherOptions {
  readonly source: ContentSource;
  readonly store: BlockStore;
  readonly contents: Contents;
  readonly timeOuts: TimeOuts;
  readonly maxRequests: number;
  readonly logger: Logger;
  /** Memory may have come free: whoever waits for some should look again. */
  readonly onSettled: () => void;
}

/** What to fetch: neighbouring blocks from `start` on, a piece of reserved memory each. */
export interface FlightPlan {
  readonly start: number;
  readonly memory: readonly BlockMemory[];
  /** How many of the last blocks no reader has asked for; all of them makes it a read-ahead. */
  readonly aheadBlocks: number;
}

/** A reader that waits need not queue behind read-ahead for other readers. */
const URGENT_EXTRA = 2;

/**
 * Runs ranged requests, one flight per block at a time. A flight's memory is reserved until the source is
 * done with it, even when everybody has left: an aborted request may still be writing.
 */
export class BlockFetcher implements AsyncDisposable {
  readonly #options: BlockFetcherOptions;
  readonly #queue: RequestQueue<Flight>;
  readonly #tasks = new TaskGroup();
  /** Queued and running ones, those that everybody left included. */
  readonly #flights = new Set<Flight>();
  #aheadBlocks = 0;

  constructor(options: BlockFetcherOptions) {
    this.#options = options;
    this.#queue = new RequestQueue({
      maxRequests: options.maxRequests,
      urgentExtra: URGENT_EXTRA,
      start: (flight) => this.#tasks.start(() => this.#run(flight)),
    });
  }

  get requestsRunning(): number {
    return this.#queue.running;
  }

  /** Blocks on their way that no reader had asked for. */
  get aheadBlocks(): number {
    return this.#aheadBlocks;
  }

  /** Starts a flight with its first party: a reader that waits, or a cursor that reads ahead. */
  start(content: Content, plan: FlightPlan, party: FlightWaiter | Cursor): Flight {
    const controller = new AbortController();
    const parties = { waiters: new Set<FlightWaiter>(), cursors: new Set<Cursor>() };
    const flight: Flight = { content, ...plan, ...parties, controller };
    for (const index of blockIndexes(flight)) content.flights.set(index, flight);
    this.#flights.add(flight);
    this.#aheadBlocks += flight.aheadBlocks;
    if ("landed" in party) flight.waiters.add(party);
    else flight.cursors.add(party);
    this.#queue.add(flight, flight.waiters.size > 0);
    return flight;
  }

  join(flight: Flight, waiter: FlightWaiter): void {
    flight.waiters.add(waiter);
    this.#queue.promote(flight);
  }

  leave(flight: Flight, waiter: FlightWaiter): void {
    if (flight.waiters.delete(waiter)) this.#abandonIfUnwanted(flight);
  }

  /** Nobody will read what `cursor` asked for ahead, unless others want it too. */
  forgetCursor(content: Content, cursor: Cursor): void {
    for (const flight of new Set(content.flights.values())) {
      if (flight.cursors.delete(cursor)) this.#abandonIfUnwanted(flight);
    }
  }

  /** Aborts everything and waits until the source has let go of all memory. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closing = new DOMException("reading has ended", "AbortError");
    for (const flight of this.#flights) {
      this.#failWaiters(flight, closing);
      this.#abandon(flight);
    }
    await this.#tasks[Symbol.asyncDispose]();
  }

  async #run(flight: Flight): Promise<void> {
    const { source, contents } = this.#options;
    try {
      const version = await source.readRange(this.#request(flight), flight.controller.signal);
      if (!flight.controller.signal.aborted) contents.accept(flight.content, version);
      this.#land(flight);
    } catch (error) {
      this.#fail(flight, error);
    } finally {
      this.#queue.done();
      this.#options.onSettled();
    }
  }

  #request({ content, start, memory }: Flight): RangeRequest {
    const { blockBytes } = this.#options.store;
    const { fileId, sizeBytes } = content.description;
    const first = blockRange(start, blockBytes, sizeBytes);
    const last = blockRange(start + memory.length - 1, blockBytes, sizeBytes);
    const into = memory.map(({ bytes }, at) =>
      at === memory.length - 1 ? bytes.subarray(0, last.end - last.start) : bytes,
    );
    const range = { start: first.start, end: last.end };
    return { fileId, sizeBytes, range, into, expected: content.pinned };
  }

  #land(flight: Flight): void {
    if (flight.controller.signal.aborted) {
      this.#end(flight);
      return;
    }
    this.#settle(flight);
    this.#options.timeOuts.forget(flight.content, blockIndexes(flight));
    for (const [at, memory] of flight.memory.entries()) {
      this.#options.store.keep(flight.content.key, flight.start + at, memory);
    }
    if (flight.aheadBlocks > 0) {
      blocks.publish({ outcome: "prefetch", blocks: flight.aheadBlocks });
    }
    for (const waiter of flight.waiters) waiter.landed(flight);
  }

  #fail(flight: Flight, error: unknown): void {
    this.#end(flight);
    if (flight.controller.signal.aborted) return;
    const { content } = flight;
    if (reasonOf(error) === "changed") this.#retire(content, error);
    else if (isReadAhead(flight)) {
      const file = content.description.fileId;
      this.#options.logger.debug({ file, err: error }, "reading ahead failed");
    }
    // Readers that joined a read-ahead at its end have not waited yet: they ask again.
    else if (reasonOf(error) === "timeout") {
      this.#options.timeOuts.remember(content, blockIndexes(flight), error);
    }
    this.#failWaiters(flight, content.changed ? changedError(content, error) : error);
    this.#options.contents.forgetIfIdle(content.key);
  }

  #retire(content: Content, error: unknown): void {
    const { contents, store, logger } = this.#options;
    const file = content.description.fileId;
    if (!content.changed) logger.warn({ file, err: error }, "the store has another version now");
    contents.retire(content);
    store.drop(content.key);
    for (const flight of new Set(content.flights.values())) {
      this.#failWaiters(flight, changedError(content, error));
      this.#abandon(flight);
    }
  }

  #failWaiters(flight: Flight, error: unknown): void {
    const waiters = [...flight.waiters];
    flight.waiters.clear();
    for (const waiter of waiters) waiter.failed(flight, error);
  }

  #abandonIfUnwanted(flight: Flight): void {
    if (flight.waiters.size === 0 && flight.cursors.size === 0) this.#abandon(flight);
  }

  #abandon(flight: Flight): void {
    this.#clearIndexes(flight);
    flight.controller.abort(new DOMException("nobody waits for this any more", "AbortError"));
    if (this.#queue.remove(flight)) {
      this.#end(flight);
      this.#options.onSettled();
    }
    this.#options.contents.forgetIfIdle(flight.content.key);
  }

  /** The flight is over and its memory goes back. */
  #end(flight: Flight): void {
    this.#settle(flight);
    for (const memory of flight.memory) this.#options.store.release(memory);
  }

  #settle(flight: Flight): void {
    if (!this.#flights.delete(flight)) return;
    this.#aheadBlocks -= flight.aheadBlocks;
    this.#clearIndexes(flight);
  }

  #clearIndexes(flight: Flight): void {
    const { flights } = flight.content;
    for (const index of blockIndexes(flight)) {
      if (flights.get(index) === flight) flights.delete(index);
    }
  }
}
