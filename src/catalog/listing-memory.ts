import { EventEmitter, once } from "node:events";
import { BsmountError } from "../core/errors.ts";

/** What one listing takes while it comes. */
export interface ListingReservation extends Disposable {
  /**
   * Says that the listing takes `bytes` by now, `items` of them, and waits while there is no room for its next page.
   * @throws BsmountError `too-big` when it takes more than all of them may; the signal's reason
   */
  reserve(bytes: number, items: number, signal: AbortSignal): Promise<void>;
}

/**
 * Memory that all listings under way have together, which is also the most that one may take. When it is used up, the
 * one that began first goes on and the others wait, so that each comes to its end.
 */
export class ListingMemory {
  readonly #maxBytes: number;
  /** In the order in which they began. */
  readonly #shares = new Map<object, number>();
  readonly #ends = new EventEmitter();
  #usedBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    // Any number of listings may wait.
    this.#ends.setMaxListeners(0);
  }

  begin(): ListingReservation {
    const share = {};
    this.#shares.set(share, 0);
    return {
      reserve: async (bytes, items, signal) => {
        if (bytes > this.#maxBytes) throw tooLong(items);
        this.#set(share, bytes);
        while (this.#usedBytes > this.#maxBytes && !this.#isFirst(share)) {
          await this.#anotherEnds(signal);
        }
      },
      [Symbol.dispose]: () => {
        this.#set(share, 0);
        this.#shares.delete(share);
        this.#ends.emit("end");
      },
    };
  }

  #set(share: object, bytes: number): void {
    this.#usedBytes += bytes - (this.#shares.get(share) ?? 0);
    this.#shares.set(share, bytes);
  }

  #isFirst(share: object): boolean {
    const [first] = this.#shares.keys();
    return first === share;
  }

  async #anotherEnds(signal: AbortSignal): Promise<void> {
    try {
      await once(this.#ends, "end", { signal });
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  }
}

function tooLong(items: number): BsmountError {
  const problem = `the listing is longer than ${items} items, which is all that fits`;
  return new BsmountError("too-big", problem, {
    remedy:
      "give it more with --listing-memory, or use the client's lists, which come page by page",
  });
}
