import { type Clock, systemClock } from "../core/clock.ts";
import { BsmountError, reasonOf } from "../core/errors.ts";
import type { AppResultId, FileId, ProjectId, RunId, SampleId } from "../core/ids.ts";
import type { Catalog, Entity, EntityCollection, EntityKind, FileItem } from "./catalog.ts";
import { itemBytes } from "./listing-bytes.ts";
import { ListingMemory } from "./listing-memory.ts";

interface EntityModel {
  readonly id: string;
  readonly name: string;
  readonly href: string;
  readonly dateCreated: Date;
  readonly dateModified?: Date | undefined;
  readonly status?: string | undefined;
  readonly totalSizeBytes?: number | undefined;
  readonly raw: Readonly<Record<string, unknown>>;
}

interface FileModel {
  readonly id: FileId;
  readonly path: string;
  readonly sizeBytes: number;
  readonly dateCreated: Date;
  readonly dateModified?: Date | undefined;
  readonly etag?: string | undefined;
  readonly contentType?: string | undefined;
  readonly isArchived: boolean;
}

interface CallOptions {
  readonly signal: AbortSignal;
}

interface List<Item> {
  pages(
    options: CallOptions & { readonly deadlineMs: number },
  ): AsyncIterable<{ readonly items: readonly Item[] }>;
}

interface Resource<Id> {
  get(id: Id, options: CallOptions): Promise<EntityModel>;
}

interface FilesResource<Id> extends Resource<Id> {
  files(id: Id): List<FileModel>;
}

/** The part of the client that the catalog uses. */
export interface CatalogClient {
  readonly users: { projects(): List<EntityModel>; runs(): List<EntityModel> };
  readonly projects: Resource<ProjectId> & {
    samples(id: ProjectId): List<EntityModel>;
    appResults(id: ProjectId): List<EntityModel>;
  };
  readonly samples: FilesResource<SampleId>;
  readonly appResults: FilesResource<AppResultId>;
  readonly runs: FilesResource<RunId>;
}

const KIND_IN: Readonly<Record<EntityCollection["kind"], EntityKind>> = {
  projects: "project",
  runs: "run",
  samples: "sample",
  appresults: "appresult",
};

export interface ApiCatalogOptions {
  /**
   * The memory that all listings share while they are fetched, in bytes: 128 MiB hold about 350 000 files. A listing that
   * needs more fails.
   */
  readonly maxListingBytes: number;
  /** The most time for one listing, in milliseconds. */
  readonly listingTimeoutMs: number;
  readonly clock?: Clock;
}

/** The pause before a listing that the service does not know is requested once more. */
const CONFIRM_DELAY_MS = 300;

/**
 * The catalog of the service, without a cache: every call is one listing or one request. If the service responds that a
 * listing does not exist, it is requested once more, because the caller knows its owner and a server may be
 * behind.
 */
export class ApiCatalog implements Catalog {
  readonly #client: CatalogClient;
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  readonly #memory: ListingMemory;

  constructor(client: CatalogClient, options: ApiCatalogOptions) {
    this.#client = client;
    this.#clock = options.clock ?? systemClock;
    this.#memory = new ListingMemory(options.maxListingBytes);
    this.#deadlineMs = options.listingTimeoutMs;
  }

  async entities(collection: EntityCollection, signal: AbortSignal): Promise<readonly Entity[]> {
    const kind = KIND_IN[collection.kind];
    return await this.#confirmNotFound(signal, async () =>
      this.#collect(this.#list(collection), signal, (model) => toEntity(kind, model)),
    );
  }

  async files(owner: Entity, signal: AbortSignal): Promise<readonly FileItem[]> {
    const contentTypes = new Map<string, string>();
    return await this.#confirmNotFound(signal, async () =>
      this.#collect(this.#files(owner), signal, (model) => toFileItem(model, contentTypes)),
    );
  }

  async entity(kind: EntityKind, id: string, signal: AbortSignal): Promise<Entity> {
    return toEntity(kind, await this.#get(kind, id, { signal }));
  }

  /** Nothing is cached here. */
  invalidate(): void {}

  async #collect<Model extends { readonly id: string }, Item extends object>(
    list: List<Model>,
    signal: AbortSignal,
    convert: (model: Model) => Item,
  ): Promise<readonly Item[]> {
    const pages = list.pages({ signal, deadlineMs: this.#deadlineMs });
    using reservation = this.#memory.begin();
    return await collect(pages, convert, async (bytes, items) => {
      await reservation.reserve(bytes, items, signal);
    });
  }

  async #confirmNotFound<T>(signal: AbortSignal, fetch: () => Promise<T>): Promise<T> {
    try {
      return await fetch();
    } catch (error) {
      if (reasonOf(error) !== "not-found") throw error;
      await this.#clock.sleep(CONFIRM_DELAY_MS, signal);
      return await fetch();
    }
  }

  #list({ kind, projectId }: EntityCollection): List<EntityModel> {
    if (kind === "projects") return this.#client.users.projects();
    if (kind === "runs") return this.#client.users.runs();
    if (projectId === undefined) throw new BsmountError("invalid", `no project to list ${kind} of`);
    return kind === "samples"
      ? this.#client.projects.samples(projectId)
      : this.#client.projects.appResults(projectId);
  }

  #files({ kind, id }: Entity): List<FileModel> {
    switch (kind) {
      case "sample":
        return this.#client.samples.files(id);
      case "appresult":
        return this.#client.appResults.files(id);
      case "run":
        return this.#client.runs.files(id);
      default:
        throw new BsmountError("not-supported", `a project has no files of its own: ${id}`);
    }
  }

  async #get(kind: EntityKind, id: string, waiting: CallOptions): Promise<EntityModel> {
    switch (kind) {
      case "project":
        return await this.#client.projects.get(id, waiting);
      case "sample":
        return await this.#client.samples.get(id, waiting);
      case "appresult":
        return await this.#client.appResults.get(id, waiting);
      default:
        return await this.#client.runs.get(id, waiting);
    }
  }
}

/**
 * The items of all pages. Each page is converted before the next one is requested, so that the JSON of a long list
 * is never in memory as a whole. An Id counts once, because a list that grows meanwhile can contain an item twice.
 * `onBytes` is called after each page with the approximate memory so far.
 */
async function collect<Model extends { readonly id: string }, Item extends object>(
  pages: AsyncIterable<{ readonly items: readonly Model[] }>,
  convert: (model: Model) => Item,
  onBytes: (bytes: number, items: number) => Promise<void>,
): Promise<readonly Item[]> {
  const seen = new Set<string>();
  const items: Item[] = [];
  let bytes = 0;
  for await (const page of pages) {
    for (const model of page.items) {
      if (seen.has(model.id)) continue;
      seen.add(model.id);
      const item = convert(model);
      bytes += itemBytes(item);
      items.push(item);
    }
    await onBytes(bytes, items.length);
  }
  return items;
}

function toEntity(kind: EntityKind, model: EntityModel): Entity {
  return {
    kind,
    id: model.id,
    name: model.name,
    href: model.href,
    dateCreatedMs: model.dateCreated.getTime(),
    dateModifiedMs: model.dateModified?.getTime(),
    status: model.status,
    sizeBytes: model.totalSizeBytes,
    isArchived: model.raw["IsArchived"] === true,
    raw: model.raw,
  };
}

/** `contentTypes` has each string once, however many files use it. */
function toFileItem(model: FileModel, contentTypes: Map<string, string>): FileItem {
  return {
    id: model.id,
    path: model.path,
    sizeBytes: model.sizeBytes,
    dateCreatedMs: model.dateCreated.getTime(),
    dateModifiedMs: model.dateModified?.getTime(),
    etag: model.etag,
    contentType: intern(contentTypes, model.contentType),
    isArchived: model.isArchived,
  };
}

function intern(texts: Map<string, string>, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const known = texts.get(text);
  if (known !== undefined) return known;
  texts.set(text, text);
  return text;
}
