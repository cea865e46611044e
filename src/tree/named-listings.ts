import type { Catalog, Entity, FileItem } from "../catalog/catalog.ts";
import { type MaybePromise, andThen, orElse } from "../core/maybe-promise.ts";
import { reasonOf } from "../core/errors.ts";
import { EntityEntries } from "./entity-entries.ts";
import type { FileFolder } from "./file-folder.ts";
import { FileTree } from "./file-tree.ts";
import type { LocalListings } from "./local-listing.ts";
import {
  type CollectionDirectory,
  type DirectoryNode,
  type EntityDirectory,
  parentOf,
} from "./node.ts";

/**
 * Listings with display names. The names are computed once for each array of the catalog, and are garbage collected with
 * it; those of files follow the changes of staged files. If the service does not know a listing whose owner was listed,
 * the listing of the owner is outdated and is removed from the cache.
 */
export class NamedListings {
  readonly #catalog: Catalog;
  readonly #local: LocalListings;
  /** By listing and by the name of the directory, because two directories can show the same entities. */
  readonly #entries = new WeakMap<readonly Entity[], Map<string, EntityEntries>>();
  readonly #trees = new WeakMap<readonly FileItem[], FileTree>();

  constructor(catalog: Catalog, local: LocalListings) {
    this.#catalog = catalog;
    this.#local = local;
  }

  entities(directory: CollectionDirectory, signal: AbortSignal): MaybePromise<EntityEntries> {
    const listing = this.#below(parentOf(directory), () =>
      this.#catalog.entities(directory.collection, signal),
    );
    return andThen(listing, (entities) => {
      const known = this.#entries.get(entities) ?? new Map<string, EntityEntries>();
      this.#entries.set(entities, known);
      const entries = known.get(directory.name) ?? new EntityEntries(directory, entities);
      known.set(directory.name, entries);
      return entries;
    });
  }

  /** The files of `owner` in its folder `name`. */
  files(owner: EntityDirectory, name: string, signal: AbortSignal): MaybePromise<FileFolder> {
    return andThen(this.fileTree(owner, name, signal), ({ root }) => root);
  }

  /** As {@link files}, with what lies below. */
  fileTree(owner: EntityDirectory, name: string, signal: AbortSignal): MaybePromise<FileTree> {
    const listing = this.#below(owner, () => this.#catalog.files(owner.entity, signal));
    return andThen(listing, (items) =>
      andThen(this.#local(owner.entity), (local) => {
        const known = this.#trees.get(items);
        if (known?.follow(local) === true) return known;
        const tree = new FileTree(owner, name, { items, local });
        this.#trees.set(items, tree);
        return tree;
      }),
    );
  }

  /** Calls `list`, whose listing belongs to `owner`. */
  #below<T>(owner: DirectoryNode, list: () => MaybePromise<T>): MaybePromise<T> {
    return orElse(list, (error) => {
      if (owner.kind === "entity" && reasonOf(error) === "not-found") this.#distrust(owner);
      throw error;
    });
  }

  #distrust({ entity, parent }: EntityDirectory): void {
    this.#catalog.invalidate(parent.collection);
    this.#catalog.invalidate(entity);
  }
}
