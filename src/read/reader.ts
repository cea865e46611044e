import type { FileId } from "../core/ids.ts";

/** The content that a reader is opened on, as the catalog describes it now. */
export interface ContentDescription {
  readonly fileId: FileId;
  readonly sizeBytes: number;
  /** Changes whenever the catalog says that the bytes may have: ETag, size and dates in one text. */
  readonly version: string;
}

/** One open file. Readers of the same content share blocks and fetches; each has its own access pattern. */
export interface Reader {
  /**
   * Copies the bytes from `offset` on into `into` and answers how many: fewer than `into.length` only at
   * the end of the file, 0 behind it. Answers with a number, in the same turn of the event loop, when the
   * cache has everything. `into` is written only right before the answer, all of it in one turn; only a
   * read larger than a quarter of the block memory is filled piece by piece. A buffer that was detached
   * meanwhile is an `aborted` error.
   *
   * When a read timed out, whoever asks for the same bytes within the next two seconds gets its error at
   * once, so that readers in line do not wait for a deadline each.
   *
   * After a `changed` error every read of this reader fails with it, cached bytes included: open anew.
   *
   * @throws BsmountError (thrown or rejected) as `ContentSource.readRange`; `bad-handle` after close,
   * `invalid` for an offset that is no whole number from 0 on, `aborted` when reading has ended.
   */
  read(offset: number, into: Uint8Array, signal: AbortSignal): number | Promise<number>;
  /** Ends this reader's read-ahead; reads that wait are still answered. Blocks stay cached. */
  close(): void;
}

/** Makes readers; owns the block cache, the fetches in flight and their bounds. */
export interface Readers extends AsyncDisposable {
  open(content: ContentDescription): Reader;
}
