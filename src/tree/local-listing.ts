import type { Entity, FileItem } from "../catalog/catalog.ts";

/*
 * What was made on this mount, as far as the tree needs it: files that BaseSpace does not have yet, and files that it
 * has, while an older listing that does not show them is still cached. `session/` passes it in.
 */

/** A change of what was made here, and the path that it happened at. */
export type LocalChange =
  | {
      /** `changed`: it has another Id, or is newer. */
      readonly kind: "added" | "changed" | "removed";
      readonly path: string;
      readonly item: FileItem;
    }
  | { readonly kind: "folder-added" | "folder-removed"; readonly path: string };

/**
 * Files and folders of one entity that were made here. Unlike a listing of the catalog it changes; the revision tells
 * that it did.
 */
export interface LocalListing {
  readonly revision: number;
  /** A file with the Id of one in BaseSpace's listing is shown in its place. */
  readonly items: Iterable<FileItem>;
  /** Folders that may be empty: paths without a slash at either end. */
  readonly folders: Iterable<string>;
  /** The changes after `revision`, in order; undefined when they are no longer known. */
  changesSince(revision: number): readonly LocalChange[] | undefined;
}

/** Returns what was made here in `owner`; undefined where nothing can be made. */
export type LocalListings = (owner: Entity) => LocalListing | undefined;
