/*
 * Where blocks are kept. A block is `blockBytes` of a file, counted from its beginning; the last one of
 * a file may be shorter. Its memory belongs to exactly one party at a time:
 *
 *   free ── reserve ──▶ reserved ── keep ──▶ kept ◀── hold / release ──▶ held
 *     ▲                    │ release          │ evicted or dropped
 *     └────────────────────┴──────────────────┘
 *
 * All four states together are the budget: there is no memory beside it, so blocks on their way from the
 * network count like those that arrived. Only kept blocks are evicted. Nothing here waits: a store that
 * has no room says so, and the caller decides whether to wait or to go without.
 */

/** 128 KiB: the most that the Linux kernel asks for in one FUSE read, so that one read is one or two blocks. */
export const BLOCK_BYTES: number = 128 * 1024;

/** The memory of one block. Its bytes are a view on a SharedArrayBuffer. */
export interface BlockMemory {
  readonly bytes: Uint8Array;
}

/** A kept block that cannot be evicted until it is released. It outlives a drop of its content. */
export interface HeldBlock {
  readonly bytes: Uint8Array;
  /** Gives the block back to eviction. Call it exactly once. */
  release(): void;
}

/** How many blocks are in which state. */
export interface BlockUsage {
  readonly free: number;
  readonly kept: number;
  readonly held: number;
  readonly reserved: number;
}

/** Keeps whole, verified blocks by content and index, within a fixed number of blocks. */
export interface BlockStore {
  readonly blockBytes: number;
  /** Blocks that fit, whatever their state. */
  readonly capacity: number;
  readonly usage: BlockUsage;

  has(content: string, index: number): boolean;
  /**
   * The bytes of a kept or held block, or undefined. They are the caller's in this turn of the event loop
   * only: after an `await` the memory may hold another block. Counts as a use.
   */
  get(content: string, index: number): Uint8Array | undefined;
  /** Takes a block out of eviction's reach until its release; undefined when it is not here. Counts as a use. */
  hold(content: string, index: number): HeldBlock | undefined;

  /** Memory for `count` blocks, evicting the least recently used if need be; all of it or undefined. */
  reserve(count: number): readonly BlockMemory[] | undefined;
  /** Gives reserved memory back unused. */
  release(memory: BlockMemory): void;
  /** Keeps a reserved block, whose bytes are complete and checked, until it is evicted or dropped. */
  keep(content: string, index: number, memory: BlockMemory): void;

  /** Whether any block of `content` is kept or held. */
  hasContent(content: string): boolean;
  /** Forgets every block of `content`. */
  drop(content: string): void;
}
