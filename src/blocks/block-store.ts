/*
 * Begin here: `blocks/` is the block cache. `read/` reserves memory, fetches blocks into it, and adds them; readers pin
 * the blocks that they copy from. A block is `blockBytes` of a file, counted from its beginning; the last block of a file may be
 * shorter. Its memory belongs to exactly one owner at a time:
 *
 *   free ── reserve ──▶ reserved ── add ──▶ cached ◀── pin / unpin ──▶ pinned
 *     ▲                    │ release          │ evicted or dropped
 *     └────────────────────┴──────────────────┘
 *
 * The budget covers all four states, so blocks that are being fetched count like those that have arrived. Only
 * cached blocks are evicted. Nothing here waits: if there is no room, the store says so, and the caller decides
 * whether to wait or to continue without it.
 */

/** 128 KiB, the largest FUSE read of the Linux kernel: one read touches one or two blocks. */
export const BLOCK_BYTES: number = 128 * 1024;

/** The memory of one block. Its bytes are a view on a SharedArrayBuffer. */
export interface BlockMemory {
  readonly bytes: Uint8Array;
}

/** A block that cannot be evicted until it is unpinned. Its bytes stay valid even if its version is dropped. */
export interface PinnedBlock {
  readonly bytes: Uint8Array;
  /** Allows eviction again. Call it exactly once. */
  unpin(): void;
}

/** Counts of blocks by state. */
export interface BlockUsage {
  readonly free: number;
  readonly cached: number;
  readonly pinned: number;
  readonly reserved: number;
}

/** Caches whole, verified blocks by file version and block index, within a fixed number of blocks. */
export interface BlockStore {
  readonly blockBytes: number;
  /** Blocks in all four states together. */
  readonly capacity: number;
  readonly usage: BlockUsage;

  has(version: string, index: number): boolean;
  /**
   * The bytes of a cached or pinned block, or undefined. They are valid only in this turn of the event loop: after
   * an `await` the memory may contain another block. Counts as a use.
   */
  get(version: string, index: number): Uint8Array | undefined;
  /** Protects a block from eviction until it is unpinned; undefined if it is not cached. Counts as a use. */
  pin(version: string, index: number): PinnedBlock | undefined;

  /** Memory for `count` blocks, evicting the least recently used blocks if necessary; undefined if it is not enough. */
  reserve(count: number): readonly BlockMemory[] | undefined;
  /** Frees reserved memory. */
  release(memory: BlockMemory): void;
  /** Caches a reserved block whose bytes are complete and verified. */
  add(version: string, index: number, memory: BlockMemory): void;

  /** Whether any block of `version` is cached or pinned. */
  hasVersion(version: string): boolean;
  /** Removes every block of `version`. */
  drop(version: string): void;
}
