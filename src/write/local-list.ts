/** Something that happened, and the path that it happened at. */
export type LocalChange<File> =
  | {
      /** `changed`: it has another Id, or is newer. */
      readonly kind: "added" | "changed" | "removed";
      readonly path: string;
      readonly item: File;
    }
  | { readonly kind: "folder-added" | "folder-removed"; readonly path: string };

/** Whoever follows looks after every few changes; one that does not reads everything anew. */
const KEPT_CHANGES = 1024;

/**
 * What this mount has made in one app result. With ten thousand files in it, telling what has changed is
 * cheap and listing everything is not, so the last changes are kept for those who follow.
 */
export class LocalList<File extends { path: string }> {
  readonly #items = new Set<File>();
  readonly #folders = new Set<string>();
  readonly #changes: LocalChange<File>[] = [];
  #revision = 0;

  /** Counts the changes. */
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

  /** What happened after `revision`, in order; undefined when that was too long ago. */
  changesSince(revision: number): readonly LocalChange<File>[] | undefined {
    const count = this.#revision - revision;
    if (count > this.#changes.length) return undefined;
    return count === 0 ? [] : this.#changes.slice(-count);
  }

  add(item: File): void {
    this.#items.add(item);
    this.#tell({ kind: "added", item, path: item.path });
  }

  /** Told when the file has another Id, or is newer. */
  changed(item: File): void {
    if (this.#items.has(item)) this.#tell({ kind: "changed", item, path: item.path });
  }

  move(item: File, path: string): void {
    const isListed = this.#items.has(item);
    if (isListed) this.#tell({ kind: "removed", item, path: item.path });
    item.path = path;
    if (isListed) this.#tell({ kind: "added", item, path });
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

  #tell(change: LocalChange<File>): void {
    this.#revision += 1;
    this.#changes.push(change);
    if (this.#changes.length >= 2 * KEPT_CHANGES) this.#changes.splice(0, KEPT_CHANGES);
  }
}
