import { LRUCache } from "lru-cache";
import { BlockPool } from "./block-pool.ts";
import type { BlockMemory, BlockStore, BlockUsage, HeldBlock } from "./block-store.ts";

export interface MemoryStoreOptions {
  readonly blockBytes: number;
  /** Blocks at most, whatever their state. */
  readonly capacity: number;
  /** A block was evicted or dropped that nobody had used. */
  readonly onUnused?: (content: string, index: number) => void;
  /** The last block of a content is gone. */
  readonly onEmpty?: (content: string) => void;
}

interface Entry {
  readonly content: string;
  readonly index: number;
  readonly memory: BlockMemory;
  used: boolean;
  holds: number;
  dropped: boolean;
}

/**
 * Blocks in memory; the one used longest ago goes first.
 *
 * The first use of a block does not make it younger. A file that is streamed once would otherwise push
 * its already read blocks in front of those fetched ahead, and eviction would meet the wrong ones;
 * whatever is used twice (indexes, headers) is what deserves to stay.
 */
export class MemoryStore implements BlockStore {
  readonly blockBytes: number;
  readonly capacity: number;
  readonly #options: MemoryStoreOptions;
  readonly #pool: BlockPool;
  readonly #entries = new Map<string, Map<number, Entry>>();
  /** What may be evicted, by age. Entries are their own keys: a look-up by number costs no text. */
  readonly #evictable: LRUCache<Entry, Entry>;
  /** Blocks held, dropped ones included. */
  #held = 0;

  constructor(options: MemoryStoreOptions) {
    this.blockBytes = options.blockBytes;
    this.capacity = options.capacity;
    this.#options = options;
    this.#pool = new BlockPool(options);
    this.#evictable = new LRUCache({ max: options.capacity });
  }

  get usage(): BlockUsage {
    const { free } = this.#pool;
    const kept = this.#evictable.size;
    return { free, kept, held: this.#held, reserved: this.capacity - free - kept - this.#held };
  }

  has(content: string, index: number): boolean {
    return this.#find(content, index) !== undefined;
  }

  get(content: string, index: number): Uint8Array | undefined {
    const entry = this.#find(content, index);
    if (entry === undefined) return undefined;
    if (entry.used) this.#evictable.get(entry);
    entry.used = true;
    return entry.memory.bytes;
  }

  hold(content: string, index: number): HeldBlock | undefined {
    const entry = this.#find(content, index);
    if (entry === undefined) return undefined;
    if (entry.holds === 0) {
      this.#evictable.delete(entry);
      this.#held += 1;
    }
    entry.used = true;
    entry.holds += 1;
    return { bytes: entry.memory.bytes, release: () => this.#letGo(entry) };
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

  keep(content: string, index: number, memory: BlockMemory): void {
    if (this.has(content, index)) {
      this.#pool.give(memory);
      return;
    }
    const entry = { content, index, memory, used: false, holds: 0, dropped: false };
    const ofContent = this.#entries.get(content) ?? new Map<number, Entry>();
    this.#entries.set(content, ofContent.set(index, entry));
    this.#evictable.set(entry, entry);
  }

  hasContent(content: string): boolean {
    return this.#entries.has(content);
  }

  drop(content: string): void {
    for (const entry of this.#entries.get(content)?.values() ?? []) {
      this.#forget(entry);
      if (entry.holds === 0) {
        this.#evictable.delete(entry);
        this.#pool.give(entry.memory);
      }
    }
  }

  #find(content: string, index: number): Entry | undefined {
    return this.#entries.get(content)?.get(index);
  }

  #letGo(entry: Entry): void {
    entry.holds -= 1;
    if (entry.holds > 0) return;
    this.#held -= 1;
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
    const { content, index } = entry;
    entry.dropped = true;
    const ofContent = this.#entries.get(content);
    ofContent?.delete(index);
    if (ofContent?.size === 0) this.#entries.delete(content);
    if (!entry.used) this.#options.onUnused?.(content, index);
    if (ofContent?.size === 0) this.#options.onEmpty?.(content);
  }
}
