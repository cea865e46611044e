import type { AppResultId, FileId } from "../core/ids.ts";
import type { HiddenFile } from "./result-events.ts";
import type { StagedFile } from "./staged-file.ts";

/** A change of the list, and the path that it happened at. */
export type StagedChange<File> =
  | {
      /** `changed`: it has another Id, or is newer. */
      readonly kind: "added" | "changed" | "removed";
      readonly path: string;
      readonly item: File | FileAlias;
    }
  | { readonly kind: "folder-added" | "folder-removed"; readonly path: string }
  /** A file of BaseSpace is not shown any more under its path, or is shown again. */
  | { readonly kind: "covered" | "uncovered"; readonly path: string; readonly id: FileId };

/**
 * A file of BaseSpace under another name, which is shown as long as a program has it open: libfuse gives such a name to
 * an open file that is removed, or that another one replaces.
 */
export interface FileAlias extends HiddenFile {
  readonly sizeBytes: number;
  readonly dateCreatedMs: number;
  readonly dateModifiedMs: number | undefined;
  readonly etag: string | undefined;
  readonly contentType: string | undefined;
  readonly isArchived: boolean;
  readonly replaces: readonly FileId[];
}

/** A reader that has missed more changes reads the whole list again. */
const KEPT_CHANGES = 1024;

/**
 * The files and folders that this mount made in one app result. With ten thousand files in it, returning what has changed
 * is cheap and listing everything is not, so the last changes are kept for readers that follow them.
 */
export class StagedList<File extends { readonly path: string }> {
  readonly #items = new Set<File>();
  readonly #folders = new Set<string>();
  readonly #aliases = new Set<FileAlias>();
  readonly #covered = new Set<FileId>();
  readonly #changes: StagedChange<File>[] = [];
  #revision = 0;

  /** The number of changes so far. */
  get revision(): number {
    return this.#revision;
  }

  get size(): number {
    return this.#items.size;
  }

  /** In the order in which they were made. */
  get items(): readonly File[] {
    return [...this.#items];
  }

  /** The files, and the other names of files of BaseSpace. */
  get shown(): readonly (File | FileAlias)[] {
    return [...this.#items, ...this.#aliases];
  }

  /** Folders that were made and may be empty: paths without a slash at either end. */
  get folders(): readonly string[] {
    return [...this.#folders];
  }

  /** The changes after `revision`, in order; undefined when they are no longer known. */
  changesSince(revision: number): readonly StagedChange<File>[] | undefined {
    const count = this.#revision - revision;
    if (count > this.#changes.length) return undefined;
    return count === 0 ? [] : this.#changes.slice(-count);
  }

  add(item: File): void {
    this.#items.add(item);
    this.#record({ kind: "added", item, path: item.path });
  }

  /** To be called when the file has another Id, or is newer. */
  changed(item: File): void {
    if (this.#items.has(item)) this.#record({ kind: "changed", item, path: item.path });
  }

  /** To be called when the file has another path than `from`, the one before. */
  moved(item: File, from: string): void {
    if (!this.#items.has(item)) return;
    this.#record({ kind: "removed", item, path: from });
    this.#record({ kind: "added", item, path: item.path });
  }

  remove(item: File): void {
    if (this.#items.delete(item)) this.#record({ kind: "removed", item, path: item.path });
  }

  /** Whether the file of BaseSpace with this Id is not shown. */
  covers(id: FileId): boolean {
    return this.#covered.has(id);
  }

  /** From now on the file of BaseSpace is not shown under its path. */
  cover({ id, path }: HiddenFile): void {
    this.#covered.add(id);
    this.#record({ kind: "covered", id, path });
  }

  uncover({ id, path }: HiddenFile): void {
    this.#covered.delete(id);
    this.#record({ kind: "uncovered", id, path });
  }

  addAlias(alias: FileAlias): void {
    this.#aliases.add(alias);
    this.#record({ kind: "added", item: alias, path: alias.path });
  }

  /** Returns false if there is no such alias. */
  removeAlias(alias: FileAlias): boolean {
    if (!this.#aliases.delete(alias)) return false;
    this.#record({ kind: "removed", item: alias, path: alias.path });
    return true;
  }

  removeAliasOf(id: FileId): void {
    for (const alias of this.#aliases) if (alias.id === id) this.removeAlias(alias);
  }

  addFolder(path: string): void {
    this.#folders.add(path);
    this.#record({ kind: "folder-added", path });
  }

  /** Shows the folders above `path` until they are removed, also when no file is in them any more. */
  keepFolders(path: string): void {
    for (let end = path.indexOf("/"); end > 0; end = path.indexOf("/", end + 1)) {
      const folder = path.slice(0, end);
      if (!this.#folders.has(folder)) this.addFolder(folder);
    }
  }

  removeFolder(path: string): void {
    if (this.#folders.delete(path)) this.#record({ kind: "folder-removed", path });
  }

  #record(change: StagedChange<File>): void {
    this.#revision += 1;
    this.#changes.push(change);
    if (this.#changes.length >= 2 * KEPT_CHANGES) this.#changes.splice(0, KEPT_CHANGES);
  }
}

/** What was made in one app result, to be read only. */
export type StagedListing = Pick<
  StagedList<StagedFile>,
  "changesSince" | "covers" | "folders" | "items" | "revision" | "shown"
>;

const EMPTY: StagedListing = new StagedList<StagedFile>();

/** What this mount has made, by app result. */
export class StagedLists {
  readonly #lists = new Map<AppResultId, StagedList<StagedFile>>();

  /** What was made in an app result. */
  listing(appResultId: AppResultId): StagedListing {
    return this.#lists.get(appResultId) ?? EMPTY;
  }

  /** The files in all app results. */
  get files(): readonly StagedFile[] {
    return [...this.#lists.values()].flatMap(({ items }) => items);
  }

  /** The list of an app result, to change it. */
  list(appResultId: AppResultId): StagedList<StagedFile> {
    const known = this.#lists.get(appResultId);
    if (known !== undefined) return known;
    const list = new StagedList<StagedFile>();
    this.#lists.set(appResultId, list);
    return list;
  }

  /** Forgets the folders that were made in an app result; those that have files stay. */
  forgetFolders(appResultId: AppResultId): void {
    const list = this.#lists.get(appResultId);
    for (const path of list?.folders ?? []) list?.removeFolder(path);
  }

  /**
   * Forgets the older half of an app result's files when there are more than `most`, except those that BaseSpace
   * lacks or that are open. Returns whether it did.
   */
  forgetOldest(appResultId: AppResultId, most: number): boolean {
    const list = this.list(appResultId);
    if (list.size <= most) return false;
    const { items } = list;
    for (const file of items.slice(0, items.length / 2)) {
      if (!file.isStaged && !file.isOpen) list.remove(file);
    }
    return true;
  }
}
