import type { MaybePromise } from "../core/maybe-promise.ts";
import type { FileId, ProjectId } from "../core/ids.ts";

/*
 * Begin here: `catalog/` knows what exists in BaseSpace, as far as the tree needs it. `ApiCatalog` asks the service,
 * `CachedCatalog` remembers its listings, `tree/` makes display names for them. An array that a catalog returns never
 * changes. While nothing changes in BaseSpace, a catalog returns the same array with the same items, so that what is
 * derived from a listing stays valid as long as the array is the same.
 */

/** The kinds of entities that have a directory. */
export type EntityKind = "project" | "sample" | "appresult" | "run";

export interface Entity {
  readonly kind: EntityKind;
  readonly id: string;
  /** As in BaseSpace: any characters, and not unique. */
  readonly name: string;
  /** Relative, as the API gives it: `v1pre3/projects/12`. */
  readonly href: string;
  /** Milliseconds since 1970; negative for BaseSpace's "not set" (year 1). */
  readonly dateCreatedMs: number;
  readonly dateModifiedMs: number | undefined;
  /** `Running`, `Complete`, ...; projects have none. */
  readonly status: string | undefined;
  readonly sizeBytes: number | undefined;
  /** True for a run in cold storage. */
  readonly isArchived: boolean;
  /** The JSON object as the API gave it. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/**
 * One file of a sample, app result or run. There may be a hundred thousand of them in one listing, so an
 * item holds what the tree shows and not the JSON it came from.
 */
export interface FileItem {
  readonly id: FileId;
  /** Identifies the file until it has its final Id; see `write/staged-file.ts`. */
  readonly inodeKey?: string;
  /** Names separated by `/`, from which the folders are inferred. Any characters, and not unique. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly dateCreatedMs: number;
  readonly dateModifiedMs: number | undefined;
  /** Unquoted; not always an MD5. */
  readonly etag: string | undefined;
  readonly contentType: string | undefined;
  /** The content is in cold storage and cannot be read. */
  readonly isArchived: boolean;
}

/** A list of entities: those that the user sees, or those in a project. Made by {@link collectionOf}. */
export interface EntityCollection {
  readonly kind: "projects" | "runs" | "samples" | "appresults";
  /** Of `samples` and `appresults`. */
  readonly projectId: ProjectId | undefined;
  /** The path of the listing, unique: `projects`, `projects/12/samples`. */
  readonly key: string;
}

/** The projects or runs that the user sees. */
export function collectionOf(kind: "projects" | "runs"): EntityCollection;
/** The samples or app results of a project. */
export function collectionOf(
  kind: "samples" | "appresults",
  projectId: ProjectId,
): EntityCollection;
export function collectionOf(
  kind: EntityCollection["kind"],
  projectId?: ProjectId,
): EntityCollection {
  const key = projectId === undefined ? kind : `projects/${projectId}/${kind}`;
  return { kind, projectId, key };
}

/** Returns what exists. Methods throw or reject with BsmountErrors; they return cached listings synchronously. */
export interface Catalog {
  /** Every entity of `collection`, each Id once. @throws `not-found`, `access-denied`, `timeout`, ... */
  entities(collection: EntityCollection, signal: AbortSignal): MaybePromise<readonly Entity[]>;
  /**
   * Every complete file of `owner` (a sample, app result or run), each Id once. A cached list is used while `owner` is
   * unchanged, so `owner` must come from a listing that is fresh enough.
   */
  files(owner: Entity, signal: AbortSignal): MaybePromise<readonly FileItem[]>;
  /**
   * One entity by its Id; its `raw` has more fields than that of a list item.
   * @throws `not-found`; or `access-denied`, because the service does not distinguish the two for some kinds
   */
  entity(kind: EntityKind, id: string, signal: AbortSignal): MaybePromise<Entity>;
  /**
   * Removes a listing from the cache, or an entity and its files, so that the next call fetches it. Called when it is
   * known to be outdated.
   */
  invalidate(what: EntityCollection | Pick<Entity, "kind" | "id">): void;
}
