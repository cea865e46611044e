import type { Entity } from "../catalog/catalog.ts";
import { encodeName } from "./encoding.ts";
import { RESERVED_NAMES } from "./hidden-files.ts";
import type { CollectionDirectory, EntityDirectory, EntityLink } from "./node.ts";
import { uniqueEntityNames } from "./unique-names.ts";

export type EntityEntry = EntityDirectory | EntityLink;

/** The entries of one directory of entities: the listed names and their aliases. */
export class EntityEntries {
  /** Each entity once, by its display name. */
  readonly listed: ReadonlyMap<string, EntityEntry>;
  readonly #byId = new Map<string, EntityEntry>();
  #byAlias: ReadonlyMap<string, EntityEntry | undefined> | undefined;

  constructor(directory: CollectionDirectory, entities: readonly Entity[]) {
    this.listed = listEntries(directory, entities);
    for (const entry of this.listed.values()) this.#byId.set(entityOf(entry).id, entry);
  }

  byId(id: string): EntityEntry | undefined {
    return this.#byId.get(id);
  }

  /** Finds, in this order, a display name, an Id, or a name (plain or encoded) that only one entity has. */
  find(name: string): EntityEntry | undefined {
    return this.listed.get(name) ?? this.#byId.get(name) ?? this.#aliases().get(name);
  }

  #aliases(): ReadonlyMap<string, EntityEntry | undefined> {
    if (this.#byAlias !== undefined) return this.#byAlias;
    const byAlias = new Map<string, EntityEntry | undefined>();
    for (const entry of this.listed.values()) {
      const { name } = entityOf(entry);
      for (const alias of new Set([name, encodeName(name)])) {
        if (RESERVED_NAMES.has(alias)) continue;
        byAlias.set(alias, byAlias.has(alias) ? undefined : entry);
      }
    }
    this.#byAlias = byAlias;
    return byAlias;
  }
}

function listEntries(
  directory: CollectionDirectory,
  entities: readonly Entity[],
): ReadonlyMap<string, EntityEntry> {
  const named = namesIn(directory, entities);
  const { linksInto } = directory;
  if (linksInto === undefined) {
    return mapEntries(named, (name, entity) => entityDirectory(directory, name, entity));
  }
  const targets = new EntityEntries(linksInto, entities);
  return mapEntries(named, (name, entity): EntityLink => {
    const to = targets.byId(entity.id) as EntityDirectory;
    return { type: "symlink", kind: "link", name, parent: directory, to };
  });
}

function namesIn(
  { naming }: CollectionDirectory,
  entities: readonly Entity[],
): ReadonlyMap<string, Entity> {
  const nameables = entities.map((entity) => ({
    name: naming === "id" ? entity.id : entity.name,
    id: entity.id,
    dateCreatedMs: entity.dateCreatedMs,
    entity,
  }));
  return mapEntries(uniqueEntityNames(nameables, RESERVED_NAMES), (_name, { entity }) => entity);
}

/** The directory of a listed entity. */
function entityDirectory(
  parent: CollectionDirectory,
  name: string,
  entity: Entity,
): EntityDirectory {
  return { type: "directory", kind: "entity", name, parent, entity, isListed: true };
}

function entityOf(entry: EntityEntry): Entity {
  return entry.kind === "link" ? entry.to.entity : entry.entity;
}

function mapEntries<A, B>(
  map: ReadonlyMap<string, A>,
  change: (name: string, value: A) => B,
): ReadonlyMap<string, B> {
  const changed = new Map<string, B>();
  for (const [name, value] of map) changed.set(name, change(name, value));
  return changed;
}
