import type { Entity, FileItem } from "../catalog/catalog.ts";
import type { FileId } from "../core/ids.ts";
import type { MaybePromise } from "../core/maybe-promise.ts";

/*
 * What was made on this mount, as far as the tree needs it: files that BaseSpace does not have yet, and files that it
 * has, while an older listing that does not show them is still cached. `session/` passes it in.
 */

/** A file that was made here. */
export interface LocalItem extends FileItem {
  /** Older versions of its path in BaseSpace. */
  readonly replaces: Iterable<FileId>;
}

/** A change of what was made here, and the path that it happened at. */
export type LocalChange =
  | {
      /** `changed`: it has another Id, or is newer. */
      readonly kind: "added" | "changed" | "removed";
      readonly path: string;
      readonly item: LocalItem;
    }
  | { readonly kind: "folder-added" | "folder-removed"; readonly path: string }
  | { readonly kind: "covered" | "uncovered"; readonly path: string; readonly id: FileId };

/**
 * Files and folders of one entity that were made here. Unlike a listing of the catalog it changes; the revision tells
 * that it did.
 */
export interface LocalListing {
  readonly revision: number;
  /** A file is shown in place of those in BaseSpace's listing that have its Id, or one of those that it replaces. */
  readonly shown: Iterable<LocalItem>;
  /** Whether the file in BaseSpace's listing with this Id was removed here, and is not shown. */
  covers(id: FileId): boolean;
  /** Folders that may be empty: paths without a slash at either end. */
  readonly folders: Iterable<string>;
  /** The changes after `revision`, in order; undefined when they are no longer known. */
  changesSince(revision: number): readonly LocalChange[] | undefined;
}

/** Returns what was made here in `owner`; undefined where nothing can be made. */
export type LocalListings = (owner: Entity) => MaybePromise<LocalListing | undefined>;
