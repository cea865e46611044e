/** A change of the list, and the path that it happened at. */
export type StagedChange<File> =
  | {
      /** `changed`: it has another Id, or is newer. */
      readonly kind: "added" | "changed" | "removed";
      readonly path: string;
      readonly item: File;
    }
  | { readonly kind: "folder-added" | "folder-removed"; readonly path: string };

/** A reader that has missed more changes reads the whole list again. */
const KEPT_CHANGES = 1024;

/**
 * The files and folders that this mount made in one app result. With ten thousand files in it, telling what has changed
 * is cheap and listing everything is not, so the last changes are kept for readers that follow them.
 */
export class StagedList<File extends { readonly path: string }> {
  readonly #items = new Set<File>();
  readonly #folders = new Set<string>();
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
    this.#tell({ kind: "added", item, path: item.path });
  }

  /** To be called when the file has another Id, or is newer. */
  changed(item: File): void {
    if (this.#items.has(item)) this.#tell({ kind: "changed", item, path: item.path });
  }

  /** To be called when the file has another path than `from`, the one before. */
  moved(item: File, from: string): void {
    if (!this.#items.has(item)) return;
    this.#tell({ kind: "removed", item, path: from });
    this.#tell({ kind: "added", item, path: item.path });
  }

  remove(item: File): void {
    if (this.#items.delete(item)) this.#tell({ kind: "removed", item, path: item.path });
  }

  addFolder(path: string): void {
    this.#folders.add(path);
    this.#tell({ kind: "folder-added", path });
  }

  removeFolder(path: string): void {
    if (this.#folders.delete(path)) this.#tell({ kind: "folder-removed", path });
  }

  #tell(change: StagedChange<File>): void {
    this.#revision += 1;
    this.#changes.push(change);
    if (this.#changes.length >= 2 * KEPT_CHANGES) this.#changes.splice(0, KEPT_CHANGES);
  }
}
