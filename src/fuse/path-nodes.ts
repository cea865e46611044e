import { LRUCache } from "lru-cache";
import { andThen } from "../core/maybe-promise.ts";
import type { Clock } from "../core/clock.ts";
import { BsmountError } from "../core/errors.ts";
import type { MaybePromise, Attributes, FileSystem, Ino } from "../fs/file-system.ts";

/*
 * fuse-native passes paths, the file system works on inodes. Resolving every path from the root for every operation
 * would cost a lookup for each folder above it, so the inodes of paths are cached, for no longer than the kernel itself
 * caches them. The last name of a getattr is never taken from the cache: this is how the kernel looks a name up, and
 * the reply has to be fresh.
 */

const MAX_PATHS = 20_000;

interface CachedNode {
  readonly ino: Ino;
  readonly untilMs: number;
}

export interface PathNodesOptions {
  readonly clock: Clock;
  readonly ttlMs: number;
  /** @default 20 000 */
  readonly maxPaths?: number;
}

/** A directory and the name of an entry in it, which need not exist. */
export interface ParentAndName {
  readonly parent: Ino;
  readonly name: string;
}

/** Resolves absolute paths in the mount to inodes. Every method throws or rejects with what lookup does. */
export class PathNodes {
  readonly #fileSystem: FileSystem;
  readonly #clock: Clock;
  readonly #ttlMs: number;
  readonly #cache: LRUCache<string, CachedNode>;

  constructor(fileSystem: FileSystem, options: PathNodesOptions) {
    this.#fileSystem = fileSystem;
    this.#clock = options.clock;
    this.#ttlMs = options.ttlMs;
    this.#cache = new LRUCache({ max: options.maxPaths ?? MAX_PATHS });
  }

  /** The node at `path`, which may come from the cache. */
  node(path: string, signal: AbortSignal): MaybePromise<Ino> {
    if (path === "/") return this.#fileSystem.root;
    const cached = this.#cache.get(path);
    if (cached !== undefined && cached.untilMs > this.#clock.now()) return cached.ino;
    return andThen(this.parentAndName(path, signal), ({ parent, name }) =>
      this.#resolve(
        path,
        () => this.#fileSystem.find(parent, name, signal),
        (ino) => ino,
      ),
    );
  }

  /** The current attributes of `path`, for the kernel to see: its last name is always looked up. */
  attributes(path: string, signal: AbortSignal): MaybePromise<Attributes> {
    if (path === "/") return this.#fileSystem.getattr(this.#fileSystem.root, signal);
    return andThen(this.parentAndName(path, signal), ({ parent, name }) =>
      this.#resolve(
        path,
        () => this.#fileSystem.lookup(parent, name, signal),
        ({ ino }) => ino,
      ),
    );
  }

  /** The directory that `path` is in, and its last name. */
  parentAndName(path: string, signal: AbortSignal): MaybePromise<ParentAndName> {
    const slash = path.lastIndexOf("/");
    const name = path.slice(slash + 1);
    if (name === "") throw new BsmountError("invalid", `${JSON.stringify(path)} names no entry`);
    return andThen(this.node(slash === 0 ? "/" : path.slice(0, slash), signal), (parent) => ({
      parent,
      name,
    }));
  }

  /** Forgets every path, after a change to the tree through this mount. */
  clear(): void {
    this.#cache.clear();
  }

  /** Forgets a file whose content was changed, since its path may now lead to a new version. */
  forget(path: string): void {
    this.#cache.delete(path);
  }

  get size(): number {
    return this.#cache.size;
  }

  #resolve<Found>(
    path: string,
    find: () => MaybePromise<Found>,
    inoOf: (found: Found) => Ino,
  ): MaybePromise<Found> {
    let found: MaybePromise<Found>;
    try {
      found = find();
    } catch (error) {
      this.#onLookupFailure(path);
      throw error;
    }
    const remembered = (each: Found): Found => {
      this.#remember(path, inoOf(each));
      return each;
    };
    if (!(found instanceof Promise)) return remembered(found);
    return found.then(remembered, (error: unknown) => {
      this.#onLookupFailure(path);
      throw error;
    });
  }

  #remember(path: string, ino: Ino): void {
    const cached = this.#cache.peek(path);
    // The path leads to another node now, so what is cached below it belongs to the old one.
    if (cached !== undefined && cached.ino !== ino) this.clear();
    this.#cache.set(path, { ino, untilMs: this.#clock.now() + this.#ttlMs });
  }

  #onLookupFailure(path: string): void {
    if (this.#cache.has(path)) this.clear();
  }
}
