/** What is shown of one file at one path. */
export interface ShownVersion {
  /** Tells one state of the content from the next. */
  readonly version: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
}

interface Opened extends ShownVersion {
  /** The content is another one by now, though the version may be the same. */
  readonly hasChanged?: boolean;
}

const MAX_PATHS = 10_000;

/**
 * The kernel keeps the pages of a file until its size or mtime changes, so a new version with the same
 * both, as BaseSpace's whole seconds allow, would never be seen. It is shown a millisecond later than the
 * version that was open here before. Only files that were opened have pages, so only those are remembered.
 */
export class ShownTimes {
  readonly #opened = new Map<string, Opened>();

  /** True before anything was opened: every file then shows its own date. */
  get isEmpty(): boolean {
    return this.#opened.size === 0;
  }

  /** The mtime to show for what is at `path` now. */
  mtimeOf(path: string, now: ShownVersion): number {
    const before = this.#opened.get(path);
    if (before === undefined) return now.mtimeMs;
    const isSame = before.version === now.version;
    if (isSame && before.hasChanged !== true) return before.mtimeMs;
    const isAlike = before.sizeBytes === now.sizeBytes && before.mtimeMs === now.mtimeMs;
    const mtimeMs = isSame || isAlike ? before.mtimeMs + 1 : now.mtimeMs;
    this.#opened.set(path, { ...now, mtimeMs });
    return mtimeMs;
  }

  /** The content at `path` was found to be another one than was shown. */
  changed(path: string): void {
    const before = this.#opened.get(path);
    if (before !== undefined) this.#opened.set(path, { ...before, hasChanged: true });
  }

  opened(path: string, now: ShownVersion): void {
    const mtimeMs = this.mtimeOf(path, now);
    this.#opened.delete(path);
    const [oldest] = this.#opened.keys();
    if (oldest !== undefined && this.#opened.size >= MAX_PATHS) this.#opened.delete(oldest);
    this.#opened.set(path, { ...now, mtimeMs });
  }
}
