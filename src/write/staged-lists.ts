import type { AppResultId } from "../core/ids.ts";
import type { StagedFile } from "./staged-file.ts";
import { StagedList } from "./staged-list.ts";

/** What was made in one app result, for those who only look. */
export type StagedListing = Pick<
  StagedList<StagedFile>,
  "changesSince" | "folders" | "items" | "revision"
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
