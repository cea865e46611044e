import type { CatalogClient } from "../../src/catalog/api-catalog.ts";
import {
  type Entity,
  type EntityCollection,
  type EntityKind,
  type FileItem,
  collectionOf,
} from "../../src/catalog/catalog.ts";
import type { MemoryCatalog } from "./memory-catalog.ts";

/** Items on a page: few, so that a listing of three has two pages. */
const PAGE = 2;

/** A client that returns models of the entities in `world`. */
export function clientOver(world: MemoryCatalog): CatalogClient {
  const entities = (collection: EntityCollection) =>
    listOf(() => world.entities(collection).map(modelOf));
  const resource = (kind: EntityKind) => ({
    get: async (id: string) => modelOf(world.entity(kind, id)),
    files: (id: string) =>
      listOf(() => world.files(world.entity(kind, id)).map((item) => fileModelOf(item))),
  });
  return {
    users: {
      projects: () => entities(collectionOf("projects")),
      runs: () => entities(collectionOf("runs")),
    },
    projects: {
      ...resource("project"),
      samples: (id) => entities(collectionOf("samples", id)),
      appResults: (id) => entities(collectionOf("appresults", id)),
    },
    samples: resource("sample"),
    appResults: resource("appresult"),
    runs: resource("run"),
  };
}

function listOf<Item>(read: () => readonly Item[]) {
  return {
    async *pages({ signal }: { readonly signal: AbortSignal }) {
      const items = read();
      for (let at = 0; at < items.length; at += PAGE) {
        signal.throwIfAborted();
        yield { items: items.slice(at, at + PAGE) };
      }
    },
  };
}

function modelOf(entity: Entity) {
  return {
    id: entity.id,
    name: entity.name,
    href: entity.href,
    dateCreated: new Date(entity.dateCreatedMs),
    ...(entity.dateModifiedMs === undefined
      ? {}
      : { dateModified: new Date(entity.dateModifiedMs) }),
    ...(entity.status === undefined ? {} : { status: entity.status }),
    ...(entity.sizeBytes === undefined ? {} : { totalSizeBytes: entity.sizeBytes }),
    raw: entity.raw,
  };
}

function fileModelOf(item: FileItem) {
  const { dateCreatedMs, dateModifiedMs, ...same } = item;
  return {
    ...same,
    dateCreated: new Date(dateCreatedMs),
    ...(dateModifiedMs === undefined ? {} : { dateModified: new Date(dateModifiedMs) }),
  };
}
