import type {
  Catalog,
  Entity,
  EntityCollection,
  EntityKind,
  FileItem,
} from "../../src/catalog/catalog.ts";
import { BsmountError } from "../../src/core/errors.ts";

const YEAR_2020 = Date.UTC(2020, 0, 1);
const HREF_OF: Readonly<Record<EntityKind, string>> = {
  project: "projects",
  sample: "samples",
  appresult: "appresults",
  run: "runs",
};

/** An entity with the Id and name given, dated in the order of the Ids. */
export function entityOf(
  kind: EntityKind,
  id: string | number,
  name: string,
  more: Partial<Entity> = {},
): Entity {
  const href = `v1pre3/${HREF_OF[kind]}/${id}`;
  return {
    kind,
    id: String(id),
    name,
    href,
    dateCreatedMs: YEAR_2020 + Number(id) * 1000,
    dateModifiedMs: undefined,
    status: kind === "project" ? undefined : "Complete",
    sizeBytes: undefined,
    isArchived: false,
    raw: { Id: String(id), Href: href, Name: name },
    ...more,
  };
}

/** A file with the Id and path given, dated in the order of the Ids. */
export function fileOf(id: string | number, path: string, more: Partial<FileItem> = {}): FileItem {
  return {
    id: String(id),
    path,
    sizeBytes: 10,
    dateCreatedMs: YEAR_2020 + Number(id) * 1000,
    dateModifiedMs: undefined,
    etag: `etag${id}`,
    contentType: "text/plain",
    isArchived: false,
    ...more,
  };
}

/** A whole BaseSpace in memory: returns in the same turn, counts its calls, and can fail. */
export class MemoryCatalog implements Catalog {
  /** The calls, in order: `projects`, `projects/1/samples`, `samples/3/files`, `sample 3`. */
  readonly asked: string[] = [];
  /** Thrown by every call while it is set. */
  failure: Error | undefined;
  readonly #collections = new Map<string, readonly Entity[]>();
  readonly #files = new Map<string, readonly FileItem[]>();
  readonly #unlisted = new Map<string, Entity>();

  /** Puts entities into the listing `key`: `projects`, `runs`, `projects/1/samples`, ... */
  list(key: string, entities: readonly Entity[]): this {
    this.#collections.set(key, entities);
    return this;
  }

  /** The files of `owner`: `sample 3`. */
  put(owner: string, files: readonly FileItem[]): this {
    this.#files.set(owner, files);
    return this;
  }

  /** An entity that is in no listing. */
  share(entity: Entity): this {
    this.#unlisted.set(`${entity.kind} ${entity.id}`, entity);
    return this;
  }

  entities({ key }: EntityCollection): readonly Entity[] {
    this.#ask(key);
    return known(this.#collections, key, []);
  }

  files(owner: Entity): readonly FileItem[] {
    this.#ask(`${owner.kind}s/${owner.id}/files`);
    if (owner.kind === "project") throw new BsmountError("not-supported", "projects have no files");
    return known(this.#files, `${owner.kind} ${owner.id}`, []);
  }

  entity(kind: EntityKind, id: string): Entity {
    this.#ask(`${kind} ${id}`);
    const listed = [...this.#collections.values()].flat();
    const found = listed.find((entity) => entity.kind === kind && entity.id === id);
    const entity = found ?? this.#unlisted.get(`${kind} ${id}`);
    if (entity === undefined) throw new BsmountError("access-denied", `no ${kind} ${id} for you`);
    return entity;
  }

  invalidate(): void {}

  #ask(what: string): void {
    this.asked.push(what);
    if (this.failure !== undefined) throw this.failure;
  }
}

/** The value of `key`: the same array each time, also when it is the default. */
function known<T>(
  map: Map<string, readonly T[]>,
  key: string,
  initial: readonly T[],
): readonly T[] {
  const value = map.get(key) ?? initial;
  map.set(key, value);
  return value;
}
