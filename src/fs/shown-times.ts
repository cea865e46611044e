import { LRUCache } from "lru-cache";

/** A version of a file, as it is shown at its path. */
export interface ShownVersion {
  /** Differs from that of any other content. */
  readonly version: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
}

interface OpenedVersion extends ShownVersion {
  /** The content was found to be another one, though the version may be the same. */
  readonly hasChanged?: boolean;
}

const MAX_PATHS = 10_000;

/**
 * The kernel caches the pages of a file until its size or mtime changes. BaseSpace's dates have whole seconds, so a new
 * version can have the size and the mtime of the version before, and the kernel would never read it. So its mtime is shown
 * a millisecond later. Only files that were opened have cached pages, so only those are remembered.
 */
export class ShownTimes {
  readonly #opened = new LRUCache<string, OpenedVersion>({ max: MAX_PATHS });

  /** True before anything was opened: every file then shows its own date. */
  get isEmpty(): boolean {
    return this.#opened.size === 0;
  }

  /** The mtime to show for what is at `path` now. */
  mtimeOf(path: string, now: ShownVersion): number {
    const before = this.#opened.peek(path);
    if (before === undefined) return now.mtimeMs;
    const isSame = before.version === now.version;
    if (isSame && before.hasChanged !== true) return before.mtimeMs;
    const isAlike = before.sizeBytes === now.sizeBytes && before.mtimeMs === now.mtimeMs;
    const mtimeMs = isSame || isAlike ? before.mtimeMs + 1 : now.mtimeMs;
    this.#opened.set(path, { ...now, mtimeMs });
    return mtimeMs;
  }

  /** The content at `path` was found to differ from what was shown. */
  changed(path: string): void {
    const before = this.#opened.peek(path);
    if (before !== undefined) this.#opened.set(path, { ...before, hasChanged: true });
  }

  opened(path: string, now: ShownVersion): void {
    const mtimeMs = this.mtimeOf(path, now);
    this.#opened.set(path, { ...now, mtimeMs });
  }
}
