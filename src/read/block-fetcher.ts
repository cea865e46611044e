import type { BlockMemory, BlockStore } from "../blocks/block-store.ts";
import { blockRange } from "../core/byte-range.ts";
import { reasonOf } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import { TaskGroup } from "../core/task-group.ts";
import { blocks } from "../core/telemetry.ts";
import type { Cursor } from "./access-pattern.ts";
import type { ContentSource, RangeRequest } from "./content-source.ts";
import { outdatedError, type FileVersions } from "./file-versions.ts";
import {
  blockIndexes,
  type FileVersion,
  type Flight,
  type FlightWaiter,
  isReadAhead,
} from "./flight.ts";
import { RequestQueue } from "./request-queue.ts";
import type { TimeOuts } from "./time-outs.ts";

export interface BlockFetcherOptions {
  readonly source: ContentSource;
  readonly store: BlockStore;
  readonly versions: FileVersions;
  readonly timeOuts: TimeOuts;
  readonly maxRequests: number;
  readonly logger: Logger;
  /** Called when a flight has ended and may have freed memory. */
  readonly onSettled: () => void;
}

/** Consecutive blocks to fetch from `start` on, with reserved memory for each. */
export interface FlightPlan {
  readonly start: number;
  readonly memory: readonly BlockMemory[];
  /** The number of blocks at the end that no reader has requested; if it is all of them, the flight is a read-ahead. */
  readonly aheadBlocks: number;
}

/** More requests than the limit, so that a reader need not wait for the read-ahead of others. */
const URGENT_EXTRA = 2;

/**
 * Runs ranged requests, at most one flight per block at a time. The memory of a flight stays reserved until the source
 * has ended, even if nothing waits for the flight any more: an aborted request may still write.
 */
export class BlockFetcher implements AsyncDisposable {
  readonly #options: BlockFetcherOptions;
  readonly #queue: RequestQueue<Flight>;
  readonly #tasks = new TaskGroup();
  /** Queued and running flights, including aborted ones. */
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

  /** Blocks in flight that no reader has requested. */
  get aheadBlocks(): number {
    return this.#aheadBlocks;
  }

  /** Starts a flight for a waiting reader, or for a cursor that reads ahead. */
  start(version: FileVersion, plan: FlightPlan, party: FlightWaiter | Cursor): Flight {
    const controller = new AbortController();
    const parties = { waiters: new Set<FlightWaiter>(), cursors: new Set<Cursor>() };
    const flight: Flight = { version, ...plan, ...parties, controller };
    for (const index of blockIndexes(flight)) version.flights.set(index, flight);
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
    if (flight.waiters.delete(waiter)) this.#abortIfUnwanted(flight);
  }

  /** Aborts the flights that only `cursor` wanted. */
  forgetCursor(version: FileVersion, cursor: Cursor): void {
    for (const flight of new Set(version.flights.values())) {
      if (flight.cursors.delete(cursor)) this.#abortIfUnwanted(flight);
    }
  }

  /** Aborts all flights, and waits until the source no longer writes to their memory. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closing = new DOMException("reading has ended", "AbortError");
    for (const flight of this.#flights) {
      this.#failWaiters(flight, closing);
      this.#abort(flight);
    }
    await this.#tasks[Symbol.asyncDispose]();
  }

  async #run(flight: Flight): Promise<void> {
    const { source, versions } = this.#options;
    try {
      const received = await source.readRange(this.#request(flight), flight.controller.signal);
      if (!flight.controller.signal.aborted) versions.accept(flight.version, received);
      this.#land(flight);
    } catch (error) {
      this.#fail(flight, error);
    } finally {
      this.#queue.done();
      this.#options.onSettled();
    }
  }

  #request({ version, start, memory }: Flight): RangeRequest {
    const { blockBytes } = this.#options.store;
    const { fileId, sizeBytes } = version.description;
    const first = blockRange(start, blockBytes, sizeBytes);
    const last = blockRange(start + memory.length - 1, blockBytes, sizeBytes);
    const into = memory.map(({ bytes }, at) =>
      at === memory.length - 1 ? bytes.subarray(0, last.end - last.start) : bytes,
    );
    const range = { start: first.start, end: last.end };
    return { fileId, sizeBytes, range, into, expected: version.storeVersion };
  }

  #land(flight: Flight): void {
    if (flight.controller.signal.aborted) {
      this.#end(flight);
      return;
    }
    this.#settle(flight);
    this.#options.timeOuts.forget(flight.version, blockIndexes(flight));
    for (const [at, memory] of flight.memory.entries()) {
      this.#options.store.add(flight.version.key, flight.start + at, memory);
    }
    if (flight.aheadBlocks > 0) {
      blocks.publish({ outcome: "prefetch", blocks: flight.aheadBlocks });
    }
    for (const waiter of flight.waiters) waiter.landed(flight);
  }

  #fail(flight: Flight, error: unknown): void {
    this.#end(flight);
    if (flight.controller.signal.aborted) return;
    const { version } = flight;
    if (reasonOf(error) === "changed") this.#retire(version, error);
    else if (isReadAhead(flight)) {
      const file = version.description.fileId;
      this.#options.logger.debug({ file, err: error }, "reading ahead failed");
    } else if (reasonOf(error) === "timeout") {
      // Only for requests of readers: a reader that joined a read-ahead has waited for less than the time-out.
      this.#options.timeOuts.remember(version, blockIndexes(flight), error);
    }
    this.#failWaiters(flight, version.isOutdated ? outdatedError(version, error) : error);
    this.#options.versions.forgetIfIdle(version.key);
  }

  #retire(version: FileVersion, error: unknown): void {
    const { versions, store, logger } = this.#options;
    const file = version.description.fileId;
    if (!version.isOutdated)
      logger.warn({ file, err: error }, "the object store has another version of a file");
    versions.retire(version);
    store.drop(version.key);
    for (const flight of new Set(version.flights.values())) {
      this.#failWaiters(flight, outdatedError(version, error));
      this.#abort(flight);
    }
  }

  #failWaiters(flight: Flight, error: unknown): void {
    const waiters = [...flight.waiters];
    flight.waiters.clear();
    for (const waiter of waiters) waiter.failed(flight, error);
  }

  #abortIfUnwanted(flight: Flight): void {
    if (flight.waiters.size === 0 && flight.cursors.size === 0) this.#abort(flight);
  }

  #abort(flight: Flight): void {
    this.#clearIndexes(flight);
    flight.controller.abort(
      new DOMException("no reader needs this request any more", "AbortError"),
    );
    if (this.#queue.remove(flight)) {
      this.#end(flight);
      this.#options.onSettled();
    }
    this.#options.versions.forgetIfIdle(flight.version.key);
  }

  /** Ends the flight and frees its memory. */
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
    const { flights } = flight.version;
    for (const index of blockIndexes(flight)) {
      if (flights.get(index) === flight) flights.delete(index);
    }
  }
}
