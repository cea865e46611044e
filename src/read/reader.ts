import type { FileId } from "../core/ids.ts";

/*
 * Begin here: `read/` reads files. `fs/` opens a `Reader` for each open file. A read goes block-reader → access-
 * pattern and prefetch-window (which blocks, pure) → block-loader (memory) → block-fetcher (requests) →
 * `ContentSource`, the port that the client implements. Blocks are cached in `blocks/`.
 */

/** The file version that a reader is opened on, as the catalog describes it. */
export interface ContentDescription {
  readonly fileId: FileId;
  readonly sizeBytes: number;
  /** ETag, size and dates as one string: it changes whenever the content may have changed. */
  readonly version: string;
}

/** One open file. Readers of the same version share blocks and flights; each has its own access pattern. */
export interface Reader {
  /**
   * Copies the bytes from `offset` on into `into` and returns their number: fewer than `into.length` only at the end
   * of the file, 0 after it. If all blocks are cached, it returns the number in the same turn of the event loop.
   * `into` is filled in one turn, right before the read ends; only a read larger than a quarter of the block memory
   * is filled in pieces. If the buffer was detached meanwhile, the read fails with `aborted`.
   *
   * After a time-out, reads of the same bytes fail with its error for two seconds, so that queued readers do not
   * wait for one deadline each.
   *
   * After a `changed` error every read of this reader fails with it, even of cached bytes: open the file again.
   *
   * @throws BsmountError (thrown or rejected) as `ContentSource.readRange`; `bad-handle` after close,
   * `invalid` for an offset that is not a non-negative integer, `aborted` when reading has ended.
   */
  read(offset: number, into: Uint8Array, signal: AbortSignal): number | Promise<number>;
  /** Ends this reader's read-ahead. Pending reads still complete, and blocks stay cached. */
  close(): void;
}

/** Opens readers; owns the block cache, the flights and their bounds. */
export interface Readers extends AsyncDisposable {
  open(content: ContentDescription): Reader;
}
