import type { FileItem } from "../catalog/catalog.ts";
import { compareIds } from "../core/compare-ids.ts";
import { dateOf } from "./node.ts";

/** A folder of a file list, before it has names. */
export class RawFolder {
  /** A segment of a path as BaseSpace has it. */
  readonly name: string;
  readonly parent: RawFolder | undefined;
  readonly files: Set<FileItem> = new Set();
  /** By their segments. */
  readonly folders: Map<string, RawFolder> = new Map();
  /** Of a folder that was made by itself: it is there without a file in it too, and no older than this. */
  madeMs: number | undefined;
  #newestMs: number | undefined = Number.NEGATIVE_INFINITY;

  constructor(name: string, parent?: RawFolder) {
    this.name = name;
    this.parent = parent;
  }

  get isNeeded(): boolean {
    return this.files.size > 0 || this.folders.size > 0 || this.madeMs !== undefined;
  }

  /** The newest date of all files below, in milliseconds since 1970. */
  get dateMs(): number {
    return Math.max(this.#newest(), this.madeMs ?? Number.NEGATIVE_INFINITY);
  }

  /** The lowest Id of all files below: that of the file that made the folder. */
  get id(): string {
    let lowest: string | undefined;
    const consider = (id: string): void => {
      if (lowest === undefined || compareIds(id, lowest) < 0) lowest = id;
    };
    for (const { id } of this.files) consider(id);
    for (const folder of this.folders.values()) consider(folder.id);
    return lowest ?? "0";
  }

  add(item: FileItem): void {
    this.files.add(item);
    this.dated(item);
  }

  /** `item`, which is in the folder, may be newer than it was. */
  dated(item: FileItem): void {
    this.#mayBeNewest(dateOf(item));
  }

  remove(item: FileItem): void {
    this.files.delete(item);
    this.#forgetNewest();
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
    for (const folder of this.folders.values()) newestMs = Math.max(newestMs, folder.#newest());
    this.#newestMs = newestMs;
    return newestMs;
  }
}
