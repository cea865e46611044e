import type { AppResultId } from "../core/ids.ts";
import type { StagedLists } from "../write/staged-list.ts";

/** The paths of an app result that a mount has files at. */
export class WrittenPaths {
  readonly #lists: StagedLists;
  readonly #appResultId: AppResultId;
  #paths = new Set<string>();
  #revision = -1;

  constructor(lists: StagedLists, appResultId: AppResultId) {
    this.#lists = lists;
    this.#appResultId = appResultId;
  }

  /** Whether a file is at `path` now. Follows the changes, so that it can be asked of each of many files. */
  has(path: string): boolean {
    const listing = this.#lists.listing(this.#appResultId);
    const changes = this.#revision < 0 ? undefined : listing.changesSince(this.#revision);
    if (changes === undefined) this.#paths = new Set(listing.items.map((file) => file.path));
    for (const change of changes ?? []) {
      if (change.kind === "added") this.#paths.add(change.path);
      if (change.kind === "removed") this.#paths.delete(change.path);
    }
    this.#revision = listing.revision;
    return this.#paths.has(path);
  }
}
