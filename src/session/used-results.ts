import type { AppResultId } from "../core/ids.ts";

/** The app results that were made or written in a session, each with a path that the mount understands. */
export class UsedResults {
  readonly #paths = new Map<AppResultId, string>();

  /** Of an app result that is known already, the path is replaced: the mount shows it under the newest one. */
  add(id: AppResultId, path: string): void {
    this.#paths.set(id, path);
  }

  all(): readonly (readonly [id: AppResultId, path: string])[] {
    return [...this.#paths];
  }
}
