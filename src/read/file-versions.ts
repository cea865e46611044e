import { BsmountError } from "../core/errors.ts";
import type { StoreVersion } from "./content-source.ts";
import type { FileVersion } from "./flight.ts";
import type { ContentDescription } from "./reader.ts";

/** Called when a block of a version was evicted that no reader had used. */
export type UnusedListener = (index: number) => void;

/**
 * The file versions that readers have open or that the store has blocks of. A block is useful only together with the
 * version that it came from, so a version is kept as long as either exists. Both are bounded.
 *
 * `fs/open-versions.ts` is the counterpart for the kernel's page cache, which has one content for each path.
 */
export class FileVersions {
  readonly #blockBytes: number;
  readonly #hasBlocks: (key: string) => boolean;
  readonly #current = new Map<string, FileVersion>();
  readonly #byKey = new Map<string, FileVersion>();
  readonly #listeners = new Map<string, Set<UnusedListener>>();
  #serial = 0;

  constructor(blockBytes: number, hasBlocks: (key: string) => boolean) {
    this.#blockBytes = blockBytes;
    this.#hasBlocks = hasBlocks;
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** Returns the version of `description` for one reader, which calls {@link close} with the same listener. */
  open(description: ContentDescription, onUnused: UnusedListener): FileVersion {
    const name = nameOf(description);
    const version = this.#current.get(name) ?? this.#add(name, description);
    version.readers += 1;
    const listeners = this.#listeners.get(version.key) ?? new Set();
    this.#listeners.set(version.key, listeners.add(onUnused));
    return version;
  }

  close(version: FileVersion, onUnused: UnusedListener): void {
    version.readers -= 1;
    const listeners = this.#listeners.get(version.key);
    listeners?.delete(onUnused);
    if (listeners?.size === 0) this.#listeners.delete(version.key);
    this.forgetIfIdle(version.key);
  }

  unused(key: string, index: number): void {
    for (const listener of this.#listeners.get(key) ?? []) listener(index);
  }

  /**
   * Compares a response with the first one, whose store version is remembered.
   * @throws BsmountError `changed` if it has another store version; `unavailable` if it has no ETag and the file has
   * several blocks, so that nothing shows whether they belong together
   */
  accept(version: FileVersion, received: StoreVersion): void {
    if (received.etag === undefined && version.fileBlocks > 1) throw noEtagError(version);
    version.storeVersion ??= received;
    if (version.isOutdated || version.storeVersion.etag !== received.etag) {
      throw outdatedError(version);
    }
  }

  /** Marks `version` as outdated: its readers fail, and the next `open` makes a new version. */
  retire(version: FileVersion): void {
    version.isOutdated = true;
    const name = nameOf(version.description);
    if (this.#current.get(name) === version) this.#current.delete(name);
  }

  /** Removes a version without readers, cached blocks and flights. */
  forgetIfIdle(key: string): void {
    const version = this.#byKey.get(key);
    if (version === undefined || version.readers > 0 || version.flights.size > 0) return;
    if (this.#hasBlocks(key)) return;
    this.#byKey.delete(key);
    const name = nameOf(version.description);
    if (this.#current.get(name) === version) this.#current.delete(name);
  }

  #add(name: string, description: ContentDescription): FileVersion {
    this.#serial += 1;
    const version: FileVersion = {
      key: `${description.fileId}.${this.#serial}`,
      description,
      fileBlocks: Math.ceil(description.sizeBytes / this.#blockBytes),
      flights: new Map(),
      storeVersion: undefined,
      isOutdated: false,
      readers: 0,
    };
    this.#current.set(name, version);
    this.#byKey.set(version.key, version);
    return version;
  }
}

function noEtagError({ description: { fileId } }: FileVersion): BsmountError {
  const problem = `cannot read file ${fileId}: the object store sends no ETag, so nothing shows whether its responses have the same version`;
  return new BsmountError("unavailable", problem, {
    remedy: "look for a proxy that removes it, or copy the file with: bsmount cp",
  });
}

export function outdatedError(version: FileVersion, cause?: unknown): BsmountError {
  return new BsmountError(
    "changed",
    `file ${version.description.fileId} is no longer the version that was opened: its content in the object store has changed`,
    { remedy: "open the file again", ...(cause === undefined ? {} : { cause }) },
  );
}

function nameOf({ fileId, sizeBytes, version }: ContentDescription): string {
  return `${fileId} ${sizeBytes} ${version}`;
}
