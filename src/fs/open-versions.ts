/** One version of the content of a file, while it is open. */
export interface OpenVersion {
  readonly version: string;
  /** It must not be read any more: the file was opened with other content since, or was found to have it. */
  isStale: boolean;
}

interface CountedVersion extends OpenVersion {
  opens: number;
}

/**
 * The version of each path that was opened last. The kernel has one page cache for a path: what an older descriptor
 * read would be returned to readers of the newer version, so reads through the older one fail.
 *
 * `read/file-versions.ts` has the versions by file Id, with the blocks that were read of each.
 */
export class OpenVersions {
  readonly #newest = new Map<string, CountedVersion>();

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
    const opened: CountedVersion = { version, isStale: false, opens: 1 };
    this.#newest.set(path, opened);
    return opened;
  }

  /** The content at `path` is not that of `opened`: the next open gets the current one. */
  changed(path: string, opened: OpenVersion): void {
    opened.isStale = true;
    if (this.#newest.get(path) === opened) this.#newest.delete(path);
  }

  /** The path has another file from now on, which the kernel does not take for this one: nothing gets stale. */
  forget(path: string): void {
    this.#newest.delete(path);
  }

  close(path: string, opened: OpenVersion): void {
    const newest = this.#newest.get(path);
    if (newest !== opened) return;
    newest.opens -= 1;
    if (newest.opens === 0) this.#newest.delete(path);
  }
}
