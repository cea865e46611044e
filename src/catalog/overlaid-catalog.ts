import { type Answer, andThen } from "../core/answer.ts";
import type { Catalog, Entity, EntityCollection, EntityKind, FileItem } from "./catalog.ts";

/** Files and folders that were made here, of one owner. The object changes whenever a name does. */
export interface LocalListing {
  readonly items: readonly FileItem[];
  readonly folders: readonly string[];
}

/** What was made here, by the Id of its app result. */
export interface LocalListings {
  of(appResultId: string): LocalListing;
}

interface Merged {
  readonly local: LocalListing;
  readonly items: readonly FileItem[];
}

/**
 * A catalog in which what was written here is listed at once: files that BaseSpace does not have yet, and
 * those it has but its listing, which may be kept for long, does not show.
 */
export class OverlaidCatalog implements Catalog {
  readonly inner: Catalog;
  readonly #local: LocalListings;
  readonly #merged = new WeakMap<readonly FileItem[], Merged>();

  constructor(inner: Catalog, local: LocalListings) {
    this.inner = inner;
    this.#local = local;
  }

  entities(collection: EntityCollection, signal: AbortSignal): Answer<readonly Entity[]> {
    return this.inner.entities(collection, signal);
  }

  files(owner: Entity, signal: AbortSignal): Answer<readonly FileItem[]> {
    return andThen(this.inner.files(owner, signal), (items) => {
      const local = this.#localOf(owner);
      if (local === undefined) return items;
      const known = this.#merged.get(items);
      if (known?.local === local) return known.items;
      const merged = { local, items: merge(items, local.items) };
      this.#merged.set(items, merged);
      return merged.items;
    });
  }

  folders(owner: Entity): readonly string[] {
    return this.#localOf(owner)?.folders ?? [];
  }

  entity(kind: EntityKind, id: string, signal: AbortSignal): Answer<Entity> {
    return this.inner.entity(kind, id, signal);
  }

  invalidate(what: EntityCollection | Pick<Entity, "kind" | "id">): void {
    this.inner.invalidate(what);
  }

  #localOf({ kind, id }: Entity): LocalListing | undefined {
    if (kind !== "appresult") return undefined;
    const local = this.#local.of(id);
    return local.items.length + local.folders.length === 0 ? undefined : local;
  }
}

/** Ours stand for the same file in the listing, which knows less of it. */
function merge(items: readonly FileItem[], local: readonly FileItem[]): readonly FileItem[] {
  const ours = new Set(local.map(({ id }) => id));
  return [...items.filter(({ id }) => !ours.has(id)), ...local];
}
