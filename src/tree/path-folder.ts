import type { FileItem } from "../catalog/catalog.ts";
import { compareIds } from "../core/compare-ids.ts";
import { dateOf } from "./node.ts";

/** A folder in the paths of a file list, before its entries have display names. */
export class PathFolder {
  /** A segment of a path, as in BaseSpace. */
  readonly name: string;
  readonly parent: PathFolder | undefined;
  readonly files: Set<FileItem> = new Set();
  readonly #folders = new Map<string, PathFolder>();
  /** When the folder was made by `mkdir`, in milliseconds since 1970; such a folder exists without a file in it. */
  createdMs: number | undefined;
  #newestMs: number | undefined = Number.NEGATIVE_INFINITY;
  /** Undefined if it has to be computed; then it is undefined in all folders above too. */
  #lowestId: string | undefined;

  constructor(name: string, parent?: PathFolder) {
    this.name = name;
    this.parent = parent;
  }

  /** By their names. */
  get folders(): ReadonlyMap<string, PathFolder> {
    return this.#folders;
  }

  get isNeeded(): boolean {
    return this.files.size > 0 || this.#folders.size > 0 || this.createdMs !== undefined;
  }

  /** The newest date of all files below, in milliseconds since 1970. */
  get dateMs(): number {
    return Math.max(this.#newest(), this.createdMs ?? Number.NEGATIVE_INFINITY);
  }

  /** The lowest Id of all files below: that of the oldest file. */
  get id(): string {
    if (this.#lowestId !== undefined) return this.#lowestId;
    let lowest: string | undefined;
    const consider = (id: string): void => {
      if (lowest === undefined || compareIds(id, lowest) < 0) lowest = id;
    };
    for (const { id } of this.files) consider(id);
    for (const folder of this.#folders.values()) consider(folder.id);
    return (this.#lowestId = lowest ?? "0");
  }

  createFolder(name: string): PathFolder {
    const folder = new PathFolder(name, this);
    this.#folders.set(name, folder);
    this.#forgetLowest();
    return folder;
  }

  removeFolder({ name }: PathFolder): void {
    this.#folders.delete(name);
    this.#forgetLowest();
  }

  add(item: FileItem): void {
    this.files.add(item);
    this.changed(item);
  }

  /** Called when the date or the Id of `item` has changed. */
  changed(item: FileItem): void {
    this.#forgetLowest();
    this.#mayBeNewest(dateOf(item));
  }

  remove(item: FileItem): void {
    this.files.delete(item);
    this.#forgetLowest();
    this.#forgetNewest();
  }

  #forgetLowest(): void {
    if (this.#lowestId === undefined) return;
    this.#lowestId = undefined;
    if (this.parent !== undefined) this.parent.#forgetLowest();
  }

  #mayBeNewest(dateMs: number): void {
    if (this.#newestMs !== undefined && dateMs > this.#newestMs) this.#newestMs = dateMs;
    if (this.parent !== undefined) this.parent.#mayBeNewest(dateMs);
  }

  #forgetNewest(): void {
    this.#newestMs = undefined;
    if (this.parent !== undefined) this.parent.#forgetNewest();
  }

  #newest(): number {
    if (this.#newestMs !== undefined) return this.#newestMs;
    let newestMs = Number.NEGATIVE_INFINITY;
    for (const item of this.files) newestMs = Math.max(newestMs, dateOf(item));
    for (const folder of this.#folders.values()) newestMs = Math.max(newestMs, folder.#newest());
    this.#newestMs = newestMs;
    return newestMs;
  }
}
