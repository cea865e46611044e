import { LRUCache } from "lru-cache";
import type { MaybePromise } from "../core/maybe-promise.ts";
import type { Clock } from "../core/clock.ts";
import { SingleFlight } from "../core/single-flight.ts";
import { listings } from "../core/telemetry.ts";
import { listingBytes } from "./listing-bytes.ts";

/** A listing, with the time and the version of its request. */
export interface CachedListing<Item> {
  readonly items: readonly Item[];
  readonly requestedAtMs: number;
  readonly version: string;
  /** Valid at any age for requests of the same version. */
  readonly isLasting: boolean;
}

export interface ListingRequest<Item> {
  readonly key: string;
  /** Callers of one version share a fetch; `accepts` compares it with that of the cached listing. */
  readonly version: string;
  /** Whether a cached listing is valid for this request. */
  accepts(cached: CachedListing<Item>): boolean;
  fetch(signal: AbortSignal): MaybePromise<readonly Item[]>;
  /** Whether the fetched listing is valid at any age. */
  lasts(items: readonly Item[]): boolean;
}

export interface ListingCacheOptions<Item> {
  readonly clock: Clock;
  /** The approximate memory of all cached listings, in bytes. The most recently used one is always cached. */
  readonly maxBytes: number;
  /** Whether two items of the same Id are equal. */
  readonly isSame: (a: Item, b: Item) => boolean;
}

/**
 * Caches listings, fetches each only once at a time, and returns the same array while nothing has changed.
 *
 * The age of a listing counts from before its request, so that it never hides a change for longer than its age. A
 * listing that was being fetched when its key was dropped is returned to its callers but not cached, because it may be
 * outdated. Failures are never cached.
 */
export class ListingCache<Item extends { readonly id: string }> {
  readonly #clock: Clock;
  readonly #isSame: (a: Item, b: Item) => boolean;
  readonly #cached: LRUCache<string, CachedListing<Item>>;
  readonly #flights = new SingleFlight<string, readonly Item[]>();
  /** The number of drops by key. */
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

  /** Returns a cached listing that the request accepts, or fetches one. */
  get(request: ListingRequest<Item>, signal: AbortSignal): MaybePromise<readonly Item[]> {
    const cached = this.#cached.get(request.key);
    if (cached === undefined || !request.accepts(cached)) return this.#wait(request, signal);
    if (listings.active) listings.publish({ outcome: "hit", collection: request.key });
    return cached.items;
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

  /** `fetched` with its unchanged items taken from `known`, or `known` itself if nothing has changed. */
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
