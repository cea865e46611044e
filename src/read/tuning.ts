import { BLOCK_BYTES } from "../blocks/block-store.ts";

/** The tuning parameters of reading. All sizes are in blocks, so that tests can use tiny ones. */
export interface ReadTuning {
  /** @default 131072, the kernel's request size */
  readonly blockBytes: number;
  /** The first read of a file of at most this size fetches all of it. @default 4 (512 KiB) */
  readonly smallFileBlocks: number;
  /**
   * The proof that a full-sized read at the beginning of a file adds, as `cp`, `cat` and `dd` send it.
   * @default 8 (1 MiB ahead)
   */
  readonly headStartBlocks: number;
  /** The largest prefetch window of one cursor, if there is memory. @default 384 (48 MiB) */
  readonly maxWindowBlocks: number;
  /** The smallest request of a stream; smaller ones would cost throughput. @default 4 (512 KiB) */
  readonly minRequestBlocks: number;
  /** The largest request: a reader gets its first byte only after its last one has arrived. @default 32 (4 MiB) */
  readonly maxRequestBlocks: number;
  /** A stream that has not read for this time gets no share of memory, in milliseconds. @default 5000 */
  readonly idleStreamMs: number;
}

export const defaultTuning: ReadTuning = {
  blockBytes: BLOCK_BYTES,
  smallFileBlocks: 4,
  headStartBlocks: 8,
  maxWindowBlocks: 384,
  minRequestBlocks: 4,
  maxRequestBlocks: 32,
  idleStreamMs: 5000,
};
