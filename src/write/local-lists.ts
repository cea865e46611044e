import type { AppResultId } from "../core/ids.ts";
import type { LocalFile } from "./local-file.ts";
import { LocalList } from "./local-list.ts";

/** What was made in one app result, for those who look. */
export type LocalListing = Pick<
  LocalList<LocalFile>,
  "revision" | "items" | "folders" | "changesSince"
>;

const NOTHING: LocalListing = new LocalList<LocalFile>();

/** What this mount has made, by app result. */
export class LocalLists {
  readonly #lists = new Map<string, LocalList<LocalFile>>();

  /** What was made in an app result. */
  of(appResultId: string): LocalListing {
    return this.#lists.get(appResultId) ?? NOTHING;
  }

  /** Those of all app results. */
  get files(): readonly LocalFile[] {
    return [...this.#lists.values()].flatMap(({ items }) => items);
  }

  add(file: LocalFile): void {
    this.#listOf(file.draft.place.appResultId).add(file);
  }

  /** Told when the file has another Id, or is newer. */
  changed(file: LocalFile): void {
    this.#listOf(file.draft.place.appResultId).changed(file);
  }

  move(file: LocalFile, path: string): void {
    this.#listOf(file.draft.place.appResultId).move(file, path);
  }

  remove(file: LocalFile): void {
    this.#listOf(file.draft.place.appResultId).remove(file);
  }

  addFolder(appResultId: AppResultId, path: string): void {
    this.#listOf(appResultId).addFolder(path);
  }

  removeFolder(appResultId: AppResultId, path: string): void {
    this.#listOf(appResultId).removeFolder(path);
  }

  /**
   * Forgets the older half of an app result's files when there are more than `most`, but for those that
   * BaseSpace does not have or that are open. Answers whether it did.
   */
  forgetOldest(appResultId: AppResultId, most: number): boolean {
    const list = this.#listOf(appResultId);
    if (list.size <= most) return false;
    const { items } = list;
    for (const file of items.slice(0, items.length / 2)) {
      if (!file.isStaged && file.openHandles === 0) list.remove(file);
    }
    return true;
  }

  #listOf(appResultId: string): LocalList<LocalFile> {
    const known = this.#lists.get(appResultId);
    if (known !== undefined) return known;
    const list = new LocalList<LocalFile>();
    this.#lists.set(appResultId, list);
    return list;
  }
}
