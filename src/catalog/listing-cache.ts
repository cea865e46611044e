import { LRUCache } from "lru-cache";
import type { Answer } from "../core/answer.ts";
import type { Clock } from "../core/clock.ts";
import { SingleFlight } from "../core/single-flight.ts";
import { listings } from "../core/telemetry.ts";
import { listingBytes } from "./listing-bytes.ts";

/** A listing, the moment it was asked for, and what it was asked for. */
export interface CachedListing<Item> {
  readonly items: readonly Item[];
  readonly requestedAtMs: number;
  readonly version: string;
  /** Good at any age, as long as the version is the one asked for. */
  readonly isLasting: boolean;
}

export interface ListingRequest<Item> {
  readonly key: string;
  /** Tells apart listings that may not stand for each other; callers of one version share a fetch. */
  readonly version: string;
  /** Whether a kept listing still answers this request. */
  accepts(kept: CachedListing<Item>): boolean;
  fetch(signal: AbortSignal): Answer<readonly Item[]>;
  /** Whether what was fetched is to be kept as lasting. */
  lasts(items: readonly Item[]): boolean;
}

export interface ListingCacheOptions<Item> {
  readonly clock: Clock;
  /** About the memory of all kept listings together. The listing used last is always kept, however long. */
  readonly maxBytes: number;
  /** Whether two items of the same Id are the same in everything. */
  readonly isSame: (a: Item, b: Item) => boolean;
}

/**
 * Keeps listings, asks for each only once at a time, and gives the old array again when nothing changed.
 *
 * The age of a listing counts from before it was asked for, so that it never hides a change for longer
 * than its age says. A listing that was under way when its key was dropped is given to those who waited
 * for it, but not kept: it may not show what the drop was about. Failures are never kept.
 */
export class ListingCache<Item extends { readonly id: string }> {
  readonly #clock: Clock;
  readonly #isSame: (a: Item, b: Item) => boolean;
  readonly #cached: LRUCache<string, CachedListing<Item>>;
  readonly #flights = new SingleFlight<string, readonly Item[]>();
  /** How often a key was dropped; all of them together when the whole cache was. */
  readonly #drops = new Map<string, number>();
  #clears = 0;

  constructor({ clock, maxBytes, isSame }: ListingCacheOptions<Item>) {
    this.#clock = clock;
    this.#isSame = isSame;
    this.#cached = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ items }) => Math.min(listingBytes(items), maxBytes),
    });
  }

  /** The listing: at once when a kept one is accepted, else as soon as it is fetched. */
  get(request: ListingRequest<Item>, signal: AbortSignal): Answer<readonly Item[]> {
    const kept = this.#cached.get(request.key);
    if (kept === undefined || !request.accepts(kept)) return this.#wait(request, signal);
    if (listings.active) listings.publish({ outcome: "hit", collection: request.key });
    return kept.items;
  }

  drop(key: string): void {
    this.#cached.delete(key);
    this.#drops.set(key, (this.#drops.get(key) ?? 0) + 1);
  }

  clear(): void {
    this.#cached.clear();
    this.#drops.clear();
    this.#clears += 1;
  }

  async #wait(request: ListingRequest<Item>, signal: AbortSignal): Promise<readonly Item[]> {
    const { key, version } = request;
    let outcome: "miss" | "shared" = "shared";
    const flight = `${this.#epoch(key)} ${version} ${key}`;
    const listing = this.#flights.run(flight, signal, async (signal) => {
      outcome = "miss";
      return await this.#fetch(request, signal);
    });
    listings.publish({ outcome, collection: key });
    return await listing;
  }

  async #fetch(request: ListingRequest<Item>, signal: AbortSignal): Promise<readonly Item[]> {
    const { key, version } = request;
    const epoch = this.#epoch(key);
    const askedAtMs = this.#clock.now();
    const fetched = await request.fetch(signal);
    const items = this.#withKnownItems(fetched, this.#cached.peek(key)?.items);
    if (epoch === this.#epoch(key)) {
      this.#cached.set(key, {
        items,
        requestedAtMs: askedAtMs,
        version,
        isLasting: request.lasts(items),
      });
    }
    return items;
  }

  #epoch(key: string): string {
    return `${this.#clears}.${this.#drops.get(key) ?? 0}`;
  }

  /** `fetched` with what is in `known` already, or `known` itself when they are equal. */
  #withKnownItems(fetched: readonly Item[], known: readonly Item[] = []): readonly Item[] {
    const byId = new Map(known.map((item) => [item.id, item]));
    const items = fetched.map((item) => {
      const before = byId.get(item.id);
      return before !== undefined && this.#isSame(before, item) ? before : item;
    });
    const same = items.length === known.length && items.every((item, at) => item === known[at]);
    return same ? known : items;
  }
}
