import type { Answer } from "../core/answer.ts";
import type {
  Catalog,
  Entity,
  EntityCollection,
  EntityKind,
  FileItem,
  LocalListing,
} from "./catalog.ts";

/** What was made here, by the Id of its app result. */
export interface LocalListings {
  of(appResultId: string): LocalListing | undefined;
}

/**
 * A catalog that knows what was written here too: files that BaseSpace does not have yet, and those it has
 * but its listing, which may be kept for long, does not show.
 */
export class OverlaidCatalog implements Catalog {
  readonly inner: Catalog;
  readonly #local: LocalListings;

  constructor(inner: Catalog, local: LocalListings) {
    this.inner = inner;
    this.#local = local;
  }

  entities(collection: EntityCollection, signal: AbortSignal): Answer<readonly Entity[]> {
    return this.inner.entities(collection, signal);
  }

  files(owner: Entity, signal: AbortSignal): Answer<readonly FileItem[]> {
    return this.inner.files(owner, signal);
  }

  local({ kind, id }: Entity): LocalListing | undefined {
    return kind === "appresult" ? this.#local.of(id) : undefined;
  }

  entity(kind: EntityKind, id: string, signal: AbortSignal): Answer<Entity> {
    return this.inner.entity(kind, id, signal);
  }

  invalidate(what: EntityCollection | Pick<Entity, "kind" | "id">): void {
    this.inner.invalidate(what);
  }
}
