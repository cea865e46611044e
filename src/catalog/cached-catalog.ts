import { isDeepStrictEqual } from "node:util";
import { type MaybePromise, andThen } from "../core/maybe-promise.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import type { Catalog, Entity, EntityCollection, EntityKind, FileItem } from "./catalog.ts";
import { type CachedListing, ListingCache, type ListingRequest } from "./listing-cache.ts";

export interface CachedCatalogOptions {
  /** How long a listing is cached, in milliseconds. */
  readonly ttlMs: number;
  /** The most memory of cached entity listings, and the same again for file lists, in bytes. */
  readonly maxBytes: number;
  readonly clock?: Clock;
}

const MAX_SINGLES_BYTES = 8 * 1024 * 1024;

/** The fields of a file in a listing. */
const FILE_FIELDS: readonly (keyof FileItem)[] = Object.keys({
  id: true,
  path: true,
  sizeBytes: true,
  dateCreatedMs: true,
  dateModifiedMs: true,
  etag: true,
  contentType: true,
  isArchived: true,
} satisfies Record<keyof Omit<FileItem, "inodeKey">, true>) as (keyof FileItem)[];

/**
 * A catalog with a cache. Listings of entities are fetched again when they are older than the TTL. The files of a
 * Complete sample, result or run do not change, so their list is cached until the owner itself changes (status, date,
 * size, archive state), which the listing of the owner shows. Lists with archived files obey the TTL, because
 * only they show that a file was restored.
 *
 * If the service fails, the call fails: an outdated listing is never returned.
 */
export class CachedCatalog implements Catalog {
  readonly inner: Catalog;
  readonly #ttlMs: number;
  readonly #clock: Clock;
  readonly #entities: ListingCache<Entity>;
  readonly #singles: ListingCache<Entity>;
  readonly #files: ListingCache<FileItem>;

  constructor(inner: Catalog, options: CachedCatalogOptions) {
    const { ttlMs, maxBytes, clock = systemClock } = options;
    this.inner = inner;
    this.#ttlMs = ttlMs;
    this.#clock = clock;
    const ofEntities = { clock, isSame: isSameEntity };
    this.#entities = new ListingCache({ ...ofEntities, maxBytes });
    this.#singles = new ListingCache({
      ...ofEntities,
      maxBytes: Math.min(maxBytes, MAX_SINGLES_BYTES),
    });
    this.#files = new ListingCache({ clock, maxBytes, isSame: isSameFile });
  }

  entities(collection: EntityCollection, signal: AbortSignal): MaybePromise<readonly Entity[]> {
    const fetch = (signal: AbortSignal): MaybePromise<readonly Entity[]> =>
      this.inner.entities(collection, signal);
    return this.#entities.get(this.#withTtl(collection.key, fetch), signal);
  }

  files(owner: Entity, signal: AbortSignal): MaybePromise<readonly FileItem[]> {
    const version = versionOf(owner);
    const complete = owner.status?.toLowerCase() === "complete";
    const request: ListingRequest<FileItem> = {
      key: filesKey(owner),
      version,
      accepts: (cached) =>
        cached.version === version && (cached.isLasting || this.#isFresh(cached)),
      fetch: (signal) => this.inner.files(owner, signal),
      lasts: (items) => complete && !items.some(isArchived),
    };
    return this.#files.get(request, signal);
  }

  entity(kind: EntityKind, id: string, signal: AbortSignal): MaybePromise<Entity> {
    const fetch = (signal: AbortSignal): MaybePromise<readonly Entity[]> =>
      andThen(this.inner.entity(kind, id, signal), (entity) => [entity]);
    const listing = this.#singles.get(this.#withTtl(singleKey({ kind, id }), fetch), signal);
    return andThen(listing, (entities) => entities[0] as Entity);
  }

  invalidate(what: EntityCollection | Pick<Entity, "kind" | "id">): void {
    if ("key" in what) {
      this.#entities.drop(what.key);
      return;
    }
    this.#singles.drop(singleKey(what));
    this.#files.drop(filesKey(what));
  }

  invalidateAll(): void {
    this.#entities.clear();
    this.#singles.clear();
    this.#files.clear();
  }

  #withTtl(
    key: string,
    fetch: (signal: AbortSignal) => MaybePromise<readonly Entity[]>,
  ): ListingRequest<Entity> {
    return { key, version: "", accepts: (cached) => this.#isFresh(cached), fetch, lasts: never };
  }

  #isFresh(cached: CachedListing<unknown>): boolean {
    const ageMs = this.#clock.now() - cached.requestedAtMs;
    return ageMs >= 0 && ageMs < this.#ttlMs;
  }
}

/** Changes whenever the files of `owner` may have changed. */
function versionOf({ status, dateModifiedMs, sizeBytes, isArchived }: Entity): string {
  return [status, dateModifiedMs, sizeBytes, isArchived].join("|");
}

function isSameEntity(a: Entity, b: Entity): boolean {
  return isDeepStrictEqual(a, b);
}

/** Faster than a deep comparison, which matters for a hundred thousand files. */
function isSameFile(a: FileItem, b: FileItem): boolean {
  return FILE_FIELDS.every((field) => a[field] === b[field]);
}

function never(): boolean {
  return false;
}

function isArchived(item: FileItem): boolean {
  return item.isArchived;
}

function singleKey({ kind, id }: Pick<Entity, "kind" | "id">): string {
  return `${kind}s/${id}`;
}

function filesKey(owner: Pick<Entity, "kind" | "id">): string {
  return `${singleKey(owner)}/files`;
}
