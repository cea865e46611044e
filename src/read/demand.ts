import type { HeldBlock } from "../blocks/block-store.ts";
import type { BlockSpan } from "./access-pattern.ts";
import {
  blockIndexes,
  type Content,
  type Flight,
  type FlightWaiter,
  isReadAhead,
} from "./flight.ts";

export interface DemandRequest {
  readonly content: Content;
  /** Few enough to fit into the store together; see `BlockLoader.maxDemandBlocks`. */
  readonly span: BlockSpan;
  /** Blocks behind the span that the same request should bring, if there is room. */
  readonly lookahead: number;
}

/** How a demand reaches those who run it. */
export interface DemandHost {
  hold(key: string, index: number): HeldBlock | undefined;
  leave(flight: Flight, waiter: FlightWaiter): void;
  /** The reader waits no longer; told before the demand fails for this reason. */
  gaveUp(demand: Demand, reason: unknown): void;
  /** The demand holds nothing and waits for nothing: plan it anew. */
  retry(demand: Demand): void;
  /**
   * The demand was settled and can be forgotten. Must not evict: other demands may be about to take hold
   * of what has just landed.
   */
  settled(demand: Demand): void;
  /** The demand let go of what it had: others may find room. */
  freed(): void;
}

/** Failed read-ahead that a reader had joined is not the reader's failure; but it does not try for ever. */
const MAX_ATTEMPTS = 3;

/**
 * One reader's wait for some blocks, all of which it gets held at the same moment. It takes hold of each as
 * it arrives, so that none is evicted while the others are still on their way.
 */
export class Demand implements FlightWaiter {
  readonly request: DemandRequest;
  readonly result: Promise<readonly HeldBlock[]>;
  /** Blocks that had to be fetched for this demand. */
  missed = 0;
  readonly #host: DemandHost;
  readonly #signal: AbortSignal;
  readonly #held = new Map<number, HeldBlock>();
  readonly #flights = new Set<Flight>();
  readonly #onAbort = (): void => {
    this.#host.gaveUp(this, this.#signal.reason);
    this.fail(this.#signal.reason);
  };
  #resolve: (held: readonly HeldBlock[]) => void = () => {};
  #reject: (error: unknown) => void = () => {};
  #attempt = 1;
  #settled = false;

  constructor(request: DemandRequest, host: DemandHost, signal: AbortSignal) {
    this.request = request;
    this.#host = host;
    this.#signal = signal;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** 1, and one more for each read-ahead that failed under it. */
  get attempt(): number {
    return this.#attempt;
  }

  /** Takes hold of a block if the store has it. */
  hold(index: number): boolean {
    const block = this.#host.hold(this.request.content.key, index);
    if (block === undefined) return false;
    this.#held.set(index, block);
    return true;
  }

  /** Blocks it has no hold of yet. */
  missing(): number[] {
    const { start, end } = this.request.span;
    const indexes = Array.from({ length: end - start }, (_, at) => start + at);
    return indexes.filter((index) => !this.#held.has(index));
  }

  waitFor(flight: Flight): void {
    this.#flights.add(flight);
  }

  /** Answers if nothing is missing any more. */
  finishIfComplete(): void {
    if (this.#settled || this.#flights.size > 0) return;
    const held = [...this.#held].sort(([a], [b]) => a - b).map(([, block]) => block);
    const { start, end } = this.request.span;
    if (held.length !== end - start) {
      this.fail(new Error("a block was evicted while a reader waited for it"));
      return;
    }
    this.#held.clear();
    this.#resolve(held);
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
      if (index >= span.start && index < span.end) this.hold(index);
    }
    this.finishIfComplete();
  }

  failed(flight: Flight, error: unknown): void {
    this.#flights.delete(flight);
    if (!isReadAhead(flight) || this.request.content.changed || this.#attempt === MAX_ATTEMPTS) {
      this.fail(error);
      return;
    }
    this.#attempt += 1;
    this.releaseAll();
    this.#host.retry(this);
  }

  /** Lets go of held blocks and leaves all flights. */
  releaseAll(): void {
    for (const block of this.#held.values()) block.release();
    this.#held.clear();
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
