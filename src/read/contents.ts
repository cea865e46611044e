import { BsmountError } from "../core/errors.ts";
import type { StoreVersion } from "./content-source.ts";
import type { Content } from "./flight.ts";
import type { ContentDescription } from "./reader.ts";

/** Told when blocks of a content fell out unused. */
export type UnusedListener = (index: number) => void;

/**
 * The contents somebody has open or the store still has blocks of. A block is only worth keeping together
 * with the version it came from, so a content lives as long as either; both are bounded.
 */
export class Contents {
  readonly #blockBytes: number;
  readonly #hasBlocks: (key: string) => boolean;
  readonly #current = new Map<string, Content>();
  readonly #byKey = new Map<string, Content>();
  readonly #listeners = new Map<string, Set<UnusedListener>>();
  #serial = 0;

  constructor(blockBytes: number, hasBlocks: (key: string) => boolean) {
    this.#blockBytes = blockBytes;
    this.#hasBlocks = hasBlocks;
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** The content of `description`; `onUnused` is told of blocks that were fetched in vain. Pair with {@link close}. */
  open(description: ContentDescription, onUnused: UnusedListener): Content {
    const name = nameOf(description);
    const content = this.#current.get(name) ?? this.#add(name, description);
    content.readers += 1;
    const listeners = this.#listeners.get(content.key) ?? new Set();
    this.#listeners.set(content.key, listeners.add(onUnused));
    return content;
  }

  close(content: Content, onUnused: UnusedListener): void {
    content.readers -= 1;
    const listeners = this.#listeners.get(content.key);
    listeners?.delete(onUnused);
    if (listeners?.size === 0) this.#listeners.delete(content.key);
    this.forgetIfIdle(content.key);
  }

  unused(key: string, index: number): void {
    for (const listener of this.#listeners.get(key) ?? []) listener(index);
  }

  /**
   * Pins the first answer's version.
   * @throws BsmountError `changed` when `version` is another than the pinned; `unavailable` when there is none, and
   * several answers make up the file
   */
  accept(content: Content, version: StoreVersion): void {
    if (version.etag === undefined && content.fileBlocks > 1) throw versionlessError(content);
    content.pinned ??= version;
    if (content.changed || content.pinned.etag !== version.etag) throw changedError(content);
  }

  /** Those who have `content` open are on their own; the next `open` begins anew. */
  retire(content: Content): void {
    content.changed = true;
    const name = nameOf(content.description);
    if (this.#current.get(name) === content) this.#current.delete(name);
  }

  /** Lets go of a content that nobody has open and nothing is kept or fetched of. */
  forgetIfIdle(key: string): void {
    const content = this.#byKey.get(key);
    if (content === undefined || content.readers > 0 || content.flights.size > 0) return;
    if (this.#hasBlocks(key)) return;
    this.#byKey.delete(key);
    const name = nameOf(content.description);
    if (this.#current.get(name) === content) this.#current.delete(name);
  }

  #add(name: string, description: ContentDescription): Content {
    this.#serial += 1;
    const content: Content = {
      key: `${description.fileId}.${this.#serial}`,
      description,
      fileBlocks: Math.ceil(description.sizeBytes / this.#blockBytes),
      flights: new Map(),
      pinned: undefined,
      changed: false,
      readers: 0,
    };
    this.#current.set(name, content);
    this.#byKey.set(content.key, content);
    return content;
  }
}

function versionlessError({ description: { fileId } }: Content): BsmountError {
  const problem = `cannot read file ${fileId}: the object store sends no ETag, so that nothing tells whether its answers are of one version`;
  return new BsmountError("unavailable", problem, {
    remedy: "look for a proxy that takes it away, or copy the file with: bsmount cp",
  });
}

export function changedError(content: Content, cause?: unknown): BsmountError {
  return new BsmountError(
    "changed",
    `file ${content.description.fileId} is no longer the version that was opened: its content at the store has changed`,
    { remedy: "open the file again", ...(cause === undefined ? {} : { cause }) },
  );
}

function nameOf({ fileId, sizeBytes, version }: ContentDescription): string {
  return `${fileId} ${sizeBytes} ${version}`;
}
