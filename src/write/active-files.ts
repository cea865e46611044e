import type { StagedFile } from "./staged-file.ts";
import { destinationKey, type ResultFilePath } from "./upload-target.ts";

/**
 * Staged files that are open or unfinished: few, however many were made, but thousands while a folder is copied. So those
 * that are uploaded to one path are found without looking at all.
 */
export class ActiveFiles implements Iterable<StagedFile> {
  /** Each with its key in the other map. */
  readonly #keys = new Map<StagedFile, string>();
  readonly #byDestination = new Map<string, Set<StagedFile>>();

  /** Adding it again is no error. */
  add(file: StagedFile): void {
    if (this.#keys.has(file)) return;
    const key = destinationKey(file.content.destination);
    this.#keys.set(file, key);
    const same = this.#byDestination.get(key);
    if (same === undefined) this.#byDestination.set(key, new Set([file]));
    else same.add(file);
  }

  /** Deleting it again is no error. */
  delete(file: StagedFile): void {
    const key = this.#keys.get(file);
    if (key === undefined) return;
    this.#keys.delete(file);
    const same = this.#byDestination.get(key);
    same?.delete(file);
    if (same?.size === 0) this.#byDestination.delete(key);
  }

  /** To be called when `file` is to be uploaded to another path. */
  moved(file: StagedFile): void {
    if (!this.#keys.has(file)) return;
    this.delete(file);
    this.add(file);
  }

  /** Those that are uploaded to `destination`. */
  uploadedTo(destination: ResultFilePath): Iterable<StagedFile> {
    return this.#byDestination.get(destinationKey(destination)) ?? [];
  }

  [Symbol.iterator](): Iterator<StagedFile> {
    return this.#keys.keys();
  }
}
