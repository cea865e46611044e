/** One state of the content of a file, for as long as somebody has it open. */
export interface OpenVersion {
  readonly version: string;
  /** It must not be read any more: the file was opened with other content, or has it. */
  isStale: boolean;
}

interface Counted extends OpenVersion {
  opens: number;
}

/**
 * Which version of each path is open. The kernel has one cache for a path: what an older descriptor still
 * read would be given to those who opened the newer version, so it is told that its file has changed.
 */
export class OpenVersions {
  readonly #newest = new Map<string, Counted>();

  get size(): number {
    return this.#newest.size;
  }

  /** Pair with {@link close}. */
  open(path: string, version: string): OpenVersion {
    const known = this.#newest.get(path);
    if (known?.version === version) {
      known.opens += 1;
      return known;
    }
    if (known !== undefined) known.isStale = true;
    const opened: Counted = { version, isStale: false, opens: 1 };
    this.#newest.set(path, opened);
    return opened;
  }

  /** The content at `path` is not what `opened` says: who opens it now gets what is there. */
  changed(path: string, opened: OpenVersion): void {
    opened.isStale = true;
    if (this.#newest.get(path) === opened) this.#newest.delete(path);
  }

  close(path: string, opened: OpenVersion): void {
    const newest = this.#newest.get(path);
    if (newest !== opened) return;
    newest.opens -= 1;
    if (newest.opens === 0) this.#newest.delete(path);
  }
}
