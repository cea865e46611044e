import { EventEmitter, once } from "node:events";
import { BsmountError } from "../core/errors.ts";

/** The memory of one listing while it is being fetched. */
export interface ListingReservation extends Disposable {
  /**
   * Sets the memory of the listing so far to `bytes`, for `items` items, and waits until there is memory for its next
   * page.
   * @throws BsmountError `too-big` if it exceeds the memory of all listings; the signal's reason
   */
  reserve(bytes: number, items: number, signal: AbortSignal): Promise<void>;
}

/**
 * The memory that all listings share while they are fetched. A listing that needs more than all of it fails. When it is
 * used up, the listing that began first continues and the others wait, so that each of them ends.
 */
export class ListingMemory {
  readonly #maxBytes: number;
  /** In order of their begin. */
  readonly #reservations = new Map<object, number>();
  readonly #ends = new EventEmitter();
  #usedBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    // Any number of listings may wait.
    this.#ends.setMaxListeners(0);
  }

  begin(): ListingReservation {
    const reservation = {};
    this.#reservations.set(reservation, 0);
    return {
      reserve: async (bytes, items, signal) => {
        if (bytes > this.#maxBytes) throw tooLongError(items);
        this.#set(reservation, bytes);
        while (this.#usedBytes > this.#maxBytes && !this.#isFirst(reservation)) {
          await this.#waitForEnd(signal);
        }
      },
      [Symbol.dispose]: () => {
        this.#set(reservation, 0);
        this.#reservations.delete(reservation);
        this.#ends.emit("end");
      },
    };
  }

  #set(reservation: object, bytes: number): void {
    this.#usedBytes += bytes - (this.#reservations.get(reservation) ?? 0);
    this.#reservations.set(reservation, bytes);
  }

  #isFirst(reservation: object): boolean {
    const [first] = this.#reservations.keys();
    return first === reservation;
  }

  async #waitForEnd(signal: AbortSignal): Promise<void> {
    try {
      await once(this.#ends, "end", { signal });
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  }
}

function tooLongError(items: number): BsmountError {
  const problem = `the listing is longer than ${items} items, which is all that fits`;
  return new BsmountError("too-big", problem, {
    remedy:
      "allow more with --listing-memory, or use the lists of the client, which are read page by page",
  });
}
