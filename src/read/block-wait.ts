import type { PinnedBlock } from "../blocks/block-store.ts";
import type { BlockSpan } from "./access-pattern.ts";
import {
  blockIndexes,
  type FileVersion,
  type Flight,
  type FlightWaiter,
  isReadAhead,
} from "./flight.ts";

export interface BlockWaitRequest {
  readonly version: FileVersion;
  /** At most `BlockLoader.maxWaitBlocks`, which fit into the store together. */
  readonly span: BlockSpan;
  /** Blocks after the span that the same request should fetch if there is memory. */
  readonly lookahead: number;
}

/** What a wait needs of the block loader. */
export interface BlockWaitHost {
  pin(key: string, index: number): PinnedBlock | undefined;
  leave(flight: Flight, waiter: FlightWaiter): void;
  /** Called before the wait fails because its signal was aborted. */
  gaveUp(wait: BlockWait, reason: unknown): void;
  /** Plans the wait again; it has pinned nothing and waits for no flight. */
  retry(wait: BlockWait): void;
  /**
   * Called when the wait has ended. Must not evict: other waits may be about to pin the blocks that have just
   * arrived.
   */
  settled(wait: BlockWait): void;
  /** Called after a wait has freed its blocks, so that others may be admitted. */
  freed(): void;
}

/** A reader that joined a read-ahead repeats its request if that fails, up to this number of attempts. */
const MAX_ATTEMPTS = 3;

/**
 * One reader's wait for some blocks, which it receives pinned, all at once. Each block is pinned when it arrives, so that
 * none is evicted while others are still in flight.
 */
export class BlockWait implements FlightWaiter {
  readonly request: BlockWaitRequest;
  readonly result: Promise<readonly PinnedBlock[]>;
  /** The number of blocks that this wait had to fetch. */
  missed = 0;
  readonly #host: BlockWaitHost;
  readonly #signal: AbortSignal;
  readonly #pinned = new Map<number, PinnedBlock>();
  readonly #flights = new Set<Flight>();
  readonly #onAbort = (): void => {
    this.#host.gaveUp(this, this.#signal.reason);
    this.fail(this.#signal.reason);
  };
  #resolve: (pinned: readonly PinnedBlock[]) => void = () => {};
  #reject: (error: unknown) => void = () => {};
  #attempt = 1;
  #settled = false;

  constructor(request: BlockWaitRequest, host: BlockWaitHost, signal: AbortSignal) {
    this.request = request;
    this.#host = host;
    this.#signal = signal;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** 1, plus the number of joined read-aheads that failed. */
  get attempt(): number {
    return this.#attempt;
  }

  /** Pins a block if the store has it. */
  pin(index: number): boolean {
    const block = this.#host.pin(this.request.version.key, index);
    if (block === undefined) return false;
    this.#pinned.set(index, block);
    return true;
  }

  /** The blocks that are not pinned yet. */
  missing(): number[] {
    const { start, end } = this.request.span;
    const indexes = Array.from({ length: end - start }, (_, at) => start + at);
    return indexes.filter((index) => !this.#pinned.has(index));
  }

  waitFor(flight: Flight): void {
    this.#flights.add(flight);
  }

  /** Resolves the result if no block is missing any more. */
  resolveIfComplete(): void {
    if (this.#settled || this.#flights.size > 0) return;
    const pinned = [...this.#pinned].sort(([a], [b]) => a - b).map(([, block]) => block);
    const { start, end } = this.request.span;
    if (pinned.length !== end - start) {
      this.fail(new Error("a block was evicted while a reader waited for it"));
      return;
    }
    this.#pinned.clear();
    this.#resolve(pinned);
    this.#settle();
  }

  fail(error: unknown): void {
    if (this.#settled) return;
    this.#settled = true;
    this.releaseAll();
    this.#reject(error);
    this.#settle();
    this.#host.freed();
  }

  landed(flight: Flight): void {
    this.#flights.delete(flight);
    const { span } = this.request;
    for (const index of blockIndexes(flight)) {
      if (index >= span.start && index < span.end) this.pin(index);
    }
    this.resolveIfComplete();
  }

  failed(flight: Flight, error: unknown): void {
    this.#flights.delete(flight);
    if (!isReadAhead(flight) || this.request.version.isOutdated || this.#attempt === MAX_ATTEMPTS) {
      this.fail(error);
      return;
    }
    this.#attempt += 1;
    this.releaseAll();
    this.#host.retry(this);
  }

  /** Unpins all blocks and leaves all flights. */
  releaseAll(): void {
    for (const block of this.#pinned.values()) block.unpin();
    this.#pinned.clear();
    const flights = [...this.#flights];
    this.#flights.clear();
    for (const flight of flights) this.#host.leave(flight, this);
  }

  #settle(): void {
    this.#settled = true;
    this.#signal.removeEventListener("abort", this.#onAbort);
    this.#host.settled(this);
  }
}
