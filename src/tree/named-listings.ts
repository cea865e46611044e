import type { Catalog, Entity, FileItem } from "../catalog/catalog.ts";
import { type Answer, andThen } from "../core/answer.ts";
import { EntityEntries } from "./entity-entries.ts";
import { type FileFolder, fileTree } from "./file-tree.ts";
import type { CollectionDirectory, EntityDirectory } from "./node.ts";

/**
 * Listings with names. Names are made once for each array that the catalog gives, and go when the array
 * does.
 */
export class NamedListings {
  readonly #catalog: Catalog;
  /** By listing and by the name of the directory: two directories can show the same entities. */
  readonly #entries = new WeakMap<readonly Entity[], Map<string, EntityEntries>>();
  readonly #trees = new WeakMap<readonly FileItem[], FileFolder>();

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  entities(directory: CollectionDirectory, signal: AbortSignal): Answer<EntityEntries> {
    return andThen(this.#catalog.entities(directory.collection, signal), (entities) => {
      const known = this.#entries.get(entities) ?? new Map<string, EntityEntries>();
      this.#entries.set(entities, known);
      const entries = known.get(directory.name) ?? new EntityEntries(directory, entities);
      known.set(directory.name, entries);
      return entries;
    });
  }

  /** The files of `owner` in its folder `name`. */
  files(owner: EntityDirectory, name: string, signal: AbortSignal): Answer<FileFolder> {
    return andThen(this.#catalog.files(owner.entity, signal), (items) => {
      const folders = this.#catalog.folders(owner.entity);
      const tree = this.#trees.get(items) ?? fileTree(owner, name, { items, folders });
      this.#trees.set(items, tree);
      return tree;
    });
  }
}
