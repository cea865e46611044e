import type { Answer } from "../core/answer.ts";
import type { FileId, ProjectId } from "../core/ids.ts";

/*
 * What exists in BaseSpace, as far as the tree needs it. The port says nothing of names in directories;
 * those are made in tree/. An array that a catalog gives never changes, and while nothing changed in
 * BaseSpace the same array (and the same items in it) is given again: who derives something from a
 * listing may keep it for as long as the array is the same.
 */

/** The nouns that have a directory of their own. */
export type EntityKind = "project" | "sample" | "appresult" | "run";

export interface Entity {
  readonly kind: EntityKind;
  readonly id: string;
  /** As in BaseSpace: any characters, not unique. */
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
  /** What stands for the file while it has no Id that stays; see `write/staged-file.ts`. */
  readonly inodeKey?: string;
  /** Directories separated by `/`; folders are inferred from it. Any characters, not unique. */
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

/** A listing of entities: what the user sees, or what is in a project. Make one with {@link collectionOf}. */
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

/** Answers what exists. Methods throw or reject with BsmountErrors; a cached answer is there at once. */
export interface Catalog {
  /** Every entity of `collection`, each Id once. @throws `not-found`, `access-denied`, `timeout`, ... */
  entities(collection: EntityCollection, signal: AbortSignal): Answer<readonly Entity[]>;
  /**
   * Every complete file of `owner` (a sample, app result or run), each Id once. `owner` must come from a
   * listing as fresh as the answer shall be: a list kept for it is good while the owner is the same.
   */
  files(owner: Entity, signal: AbortSignal): Answer<readonly FileItem[]>;
  /**
   * One entity in its single form, whose `raw` says more than a list item.
   * @throws `not-found`; `access-denied` too where the service does not tell the two apart.
   */
  entity(kind: EntityKind, id: string, signal: AbortSignal): Answer<Entity>;
  /**
   * Forgets a listing, or what is known of one entity: its single form and its files. For who found out
   * that it is no longer true, or wants to be sure; the next answer is fetched.
   */
  invalidate(what: EntityCollection | Pick<Entity, "kind" | "id">): void;
}
