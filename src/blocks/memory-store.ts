import { LRUCache } from "lru-cache";
import { BlockPool } from "./block-pool.ts";
import type { BlockMemory, BlockStore, BlockUsage, PinnedBlock } from "./block-store.ts";

export interface MemoryStoreOptions {
  readonly blockBytes: number;
  /** The most blocks, in all states together. */
  readonly capacity: number;
  /** Called when a block is evicted or dropped that was never used. */
  readonly onUnused?: (version: string, index: number) => void;
  /** Called when the last block of a version was removed. */
  readonly onEmpty?: (version: string) => void;
}

interface Entry {
  readonly version: string;
  readonly index: number;
  readonly memory: BlockMemory;
  used: boolean;
  pins: number;
  dropped: boolean;
}

/**
 * A block store in memory that evicts the least recently used block.
 *
 * The first use of a block does not count as recent. Otherwise a file that is streamed once would move its blocks
 * that were read already in front of those fetched ahead, and eviction would remove the wrong ones. Blocks that are
 * used twice, such as indexes and headers, are the ones worth caching.
 */
export class MemoryStore implements BlockStore {
  readonly blockBytes: number;
  readonly capacity: number;
  readonly #options: MemoryStoreOptions;
  readonly #pool: BlockPool;
  readonly #entries = new Map<string, Map<number, Entry>>();
  /** Blocks that may be evicted, by age. An entry is its own key, so that a look-up builds no string. */
  readonly #evictable: LRUCache<Entry, Entry>;
  /** Pinned blocks, including dropped ones. */
  #pinned = 0;

  constructor(options: MemoryStoreOptions) {
    this.blockBytes = options.blockBytes;
    this.capacity = options.capacity;
    this.#options = options;
    this.#pool = new BlockPool(options);
    this.#evictable = new LRUCache({ max: options.capacity });
  }

  get usage(): BlockUsage {
    const { free } = this.#pool;
    const cached = this.#evictable.size;
    return {
      free,
      cached,
      pinned: this.#pinned,
      reserved: this.capacity - free - cached - this.#pinned,
    };
  }

  has(version: string, index: number): boolean {
    return this.#find(version, index) !== undefined;
  }

  get(version: string, index: number): Uint8Array | undefined {
    const entry = this.#find(version, index);
    if (entry === undefined) return undefined;
    if (entry.used) this.#evictable.get(entry);
    entry.used = true;
    return entry.memory.bytes;
  }

  pin(version: string, index: number): PinnedBlock | undefined {
    const entry = this.#find(version, index);
    if (entry === undefined) return undefined;
    if (entry.pins === 0) {
      this.#evictable.delete(entry);
      this.#pinned += 1;
    }
    entry.used = true;
    entry.pins += 1;
    return { bytes: entry.memory.bytes, unpin: () => this.#unpin(entry) };
  }

  reserve(count: number): readonly BlockMemory[] | undefined {
    if (this.#pool.free + this.#evictable.size < count) return undefined;
    const reserved: BlockMemory[] = [];
    while (reserved.length < count) {
      const memory = this.#pool.take();
      if (memory === undefined) this.#evictOldest();
      else reserved.push(memory);
    }
    return reserved;
  }

  release(memory: BlockMemory): void {
    this.#pool.give(memory);
  }

  add(version: string, index: number, memory: BlockMemory): void {
    if (this.has(version, index)) {
      this.#pool.give(memory);
      return;
    }
    const entry = { version, index, memory, used: false, pins: 0, dropped: false };
    const ofVersion = this.#entries.get(version) ?? new Map<number, Entry>();
    this.#entries.set(version, ofVersion.set(index, entry));
    this.#evictable.set(entry, entry);
  }

  hasVersion(version: string): boolean {
    return this.#entries.has(version);
  }

  drop(version: string): void {
    for (const entry of this.#entries.get(version)?.values() ?? []) {
      this.#forget(entry);
      if (entry.pins === 0) {
        this.#evictable.delete(entry);
        this.#pool.give(entry.memory);
      }
    }
  }

  #find(version: string, index: number): Entry | undefined {
    return this.#entries.get(version)?.get(index);
  }

  #unpin(entry: Entry): void {
    entry.pins -= 1;
    if (entry.pins > 0) return;
    this.#pinned -= 1;
    if (entry.dropped) this.#pool.give(entry.memory);
    else this.#evictable.set(entry, entry);
  }

  #evictOldest(): void {
    const entry = this.#evictable.pop();
    if (entry === undefined) throw new Error("no block can be evicted");
    this.#forget(entry);
    this.#pool.give(entry.memory);
  }

  #forget(entry: Entry): void {
    const { version, index } = entry;
    entry.dropped = true;
    const ofVersion = this.#entries.get(version);
    ofVersion?.delete(index);
    if (ofVersion?.size === 0) this.#entries.delete(version);
    if (!entry.used) this.#options.onUnused?.(version, index);
    if (ofVersion?.size === 0) this.#options.onEmpty?.(version);
  }
}
