import type { Catalog, Entity, FileItem } from "../catalog/catalog.ts";
import { type Answer, andThen, orElse } from "../core/answer.ts";
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
 * Listings with names. Names are made once for each array that the catalog gives, and go when the array
 * does; those of files follow what is made here meanwhile. When the service does not know a listing whose
 * owner was listed, the owner's listing is wrong: it is forgotten, and what is gone is not shown again.
 */
export class NamedListings {
  readonly #catalog: Catalog;
  readonly #local: LocalListings;
  /** By listing and by the name of the directory: two directories can show the same entities. */
  readonly #entries = new WeakMap<readonly Entity[], Map<string, EntityEntries>>();
  readonly #trees = new WeakMap<readonly FileItem[], FileTree>();

  constructor(catalog: Catalog, local: LocalListings) {
    this.#catalog = catalog;
    this.#local = local;
  }

  entities(directory: CollectionDirectory, signal: AbortSignal): Answer<EntityEntries> {
    const answer = this.#below(parentOf(directory), () =>
      this.#catalog.entities(directory.collection, signal),
    );
    return andThen(answer, (entities) => {
      const known = this.#entries.get(entities) ?? new Map<string, EntityEntries>();
      this.#entries.set(entities, known);
      const entries = known.get(directory.name) ?? new EntityEntries(directory, entities);
      known.set(directory.name, entries);
      return entries;
    });
  }

  /** The files of `owner` in its folder `name`. */
  files(owner: EntityDirectory, name: string, signal: AbortSignal): Answer<FileFolder> {
    const answer = this.#below(owner, () => this.#catalog.files(owner.entity, signal));
    return andThen(answer, (items) => {
      const local = this.#local(owner.entity);
      const known = this.#trees.get(items);
      if (known?.follow(local) === true) return known.root;
      const tree = new FileTree(owner, name, { items, local });
      this.#trees.set(items, tree);
      return tree.root;
    });
  }

  /** What `list` answers, which belongs to `owner`. */
  #below<T>(owner: DirectoryNode, list: () => Answer<T>): Answer<T> {
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
