import { BLOCK_BYTES } from "../blocks/block-store.ts";

/** The numbers that reading is tuned by. All sizes are in blocks, so that tests can use tiny ones. */
export interface ReadTuning {
  /** @default 131072, the kernel's request size */
  readonly blockBytes: number;
  /** A file of no more than this is fetched whole by its first read. @default 4 (512 KiB) */
  readonly smallFileBlocks: number;
  /**
   * What a full-sized read at the very beginning of a file proves at once: it is `cp`, `cat` or `dd`.
   * @default 8 (1 MiB ahead)
   */
  readonly headStartBlocks: number;
  /** The most that one cursor reads ahead, if memory allows. @default 384 (48 MiB) */
  readonly maxWindowBlocks: number;
  /** A stream's requests are no smaller, or the work per request shows. @default 4 (512 KiB) */
  readonly minRequestBlocks: number;
  /** No request is larger: its first byte reaches the reader only with its last. @default 32 (4 MiB) */
  readonly maxRequestBlocks: number;
  /** A stream that has not read for so long no longer counts when memory is divided. @default 5000 */
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
