import type { Clock } from "../core/clock.ts";
import { BsmountError } from "../core/errors.ts";
import type { Answer, Attributes, FileSystem, Ino } from "../fs/file-system.ts";
import { andThen } from "../core/answer.ts";

/*
 * fuse-native speaks of paths, the filesystem of inodes. Walking every path from the root for every
 * operation would cost a lookup for each folder above, so the inodes of paths are remembered, for no
 * longer than the kernel itself remembers them and never for the last name of a getattr: that is how the
 * kernel looks a name up, and its answer has to be fresh.
 */

const MAX_PATHS = 20_000;

interface Remembered {
  readonly ino: Ino;
  readonly until: number;
}

export interface PathNodesOptions {
  readonly clock: Clock;
  readonly ttlMs: number;
  readonly maxPaths?: number;
}

/** A directory and a name in it, which need not exist. */
export interface Place {
  readonly parent: Ino;
  readonly name: string;
}

/** Turns absolute paths inside the mount into inodes. Throws and rejects with what lookup does. */
export class PathNodes {
  readonly #fileSystem: FileSystem;
  readonly #clock: Clock;
  readonly #ttlMs: number;
  readonly #maxPaths: number;
  /** In the order of insertion, so that the first one is the oldest. */
  readonly #remembered = new Map<string, Remembered>();

  constructor(fileSystem: FileSystem, options: PathNodesOptions) {
    this.#fileSystem = fileSystem;
    this.#clock = options.clock;
    this.#ttlMs = options.ttlMs;
    this.#maxPaths = options.maxPaths ?? MAX_PATHS;
  }

  /** The node at `path`; a remembered one will do. */
  node(path: string, signal: AbortSignal): Answer<Ino> {
    if (path === "/") return this.#fileSystem.root;
    const known = this.#remembered.get(path);
    if (known !== undefined && known.until > this.#clock.now()) return known.ino;
    return andThen(this.attributes(path, signal), (attributes) => attributes.ino);
  }

  /** The attributes of what is at `path` now: its last name is always looked up. */
  attributes(path: string, signal: AbortSignal): Answer<Attributes> {
    if (path === "/") return this.#fileSystem.getattr(this.#fileSystem.root, signal);
    return andThen(this.place(path, signal), ({ parent, name }) =>
      this.#lookup(path, { parent, name }, signal),
    );
  }

  /** Where `path` is or would be. */
  place(path: string, signal: AbortSignal): Answer<Place> {
    const cut = path.lastIndexOf("/");
    const name = path.slice(cut + 1);
    if (name === "") throw new BsmountError("invalid", `${JSON.stringify(path)} names no entry`);
    return andThen(this.node(cut === 0 ? "/" : path.slice(0, cut), signal), (parent) => ({
      parent,
      name,
    }));
  }

  /** Forgets everything: something in the tree was changed through this mount. */
  clear(): void {
    this.#remembered.clear();
  }

  /** Forgets a file whose content was changed: its path may lead to a new version by now. */
  forget(path: string): void {
    this.#remembered.delete(path);
  }

  get size(): number {
    return this.#remembered.size;
  }

  #lookup(path: string, place: Place, signal: AbortSignal): Answer<Attributes> {
    let answer: Answer<Attributes>;
    try {
      answer = this.#fileSystem.lookup(place.parent, place.name, signal);
    } catch (error) {
      this.#gone(path);
      throw error;
    }
    if (!(answer instanceof Promise)) return this.#remember(path, answer);
    return answer.then(
      (attributes) => this.#remember(path, attributes),
      (error: unknown) => {
        this.#gone(path);
        throw error;
      },
    );
  }

  #remember(path: string, attributes: Attributes): Attributes {
    const known = this.#remembered.get(path);
    // Another node under a known name: what is remembered below it belongs to the old one.
    if (known !== undefined && known.ino !== attributes.ino) this.clear();
    this.#remembered.delete(path);
    if (this.#remembered.size >= this.#maxPaths) this.#dropOldest();
    this.#remembered.set(path, { ino: attributes.ino, until: this.#clock.now() + this.#ttlMs });
    return attributes;
  }

  #gone(path: string): void {
    if (this.#remembered.has(path)) this.clear();
  }

  #dropOldest(): void {
    const [oldest] = this.#remembered.keys();
    if (oldest !== undefined) this.#remembered.delete(oldest);
  }
}
