import { neverAborted } from "../../core/abort.ts";
import { type ByteRange, rangeLength } from "../../core/byte-range.ts";
import type { Content } from "../content/content.ts";
import type { FileEntry } from "../models/models.ts";
import { partsOf } from "./download-plan.ts";
import { FetchAhead } from "./fetch-ahead.ts";
import { type HeldBytes, heldBytes } from "./held-bytes.ts";
import { OneVersion } from "./one-version.ts";
import { DEFAULT_PARALLEL, ProgressCount, type TransferOptions } from "./options.ts";

/** Of a piece. */
export const STREAM_PART_BYTES: number = 4 * 1024 * 1024;

export interface PiecesToRead {
  readonly file: Pick<FileEntry, "id" | "sizeBytes">;
  readonly range: ByteRange;
  readonly partBytes: number;
  /** Is given each piece and its version before it is given out. */
  readonly check: (bytes: Uint8Array, etag: string | undefined) => Promise<void>;
}

/** The bytes of a range in order, some pieces fetched ahead, all of one version. */
export async function* filePieces(
  content: Content,
  { file, range, partBytes, check }: PiecesToRead,
  options: TransferOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal ?? neverAborted, ended.signal]);
  const progress = new ProgressCount(rangeLength(range), options.onProgress);
  const version = new OneVersion(content);
  const fetch = async (part: ByteRange): Promise<HeldBytes> => {
    return await heldBytes(options, { bytes: rangeLength(part), signal }, async (bytes) => {
      const { id: fileId, sizeBytes } = file;
      await version.read({ fileId, sizeBytes, range: part, into: [bytes] }, signal);
      return bytes;
    });
  };
  const ahead = new FetchAhead(partsOf(range, partBytes), fetch);
  try {
    for (;;) {
      const piece = await ahead.next(options.parallel ?? DEFAULT_PARALLEL);
      if (piece === undefined) return;
      using _room = piece;
      await check(piece.bytes, version.version?.etag);
      progress.add(piece.bytes.length);
      yield piece.bytes;
    }
  } finally {
    ended.abort(new DOMException("the file is no longer read", "AbortError"));
    await ahead.end();
  }
}
