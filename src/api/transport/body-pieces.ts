import { Readable } from "node:stream";
import type { MovedBytes } from "./pace/pace-watch.ts";

/** Long enough that the cutting costs nothing, short enough that a slow line takes one well within a timeout. */
export const PIECE_BYTES: number = 64 * 1024;

/**
 * A body that goes out piece by piece, each when the connection has taken the one before; undici begins to
 * count anew at each. A body in one go would have to be sent and answered within one timeout, however long it
 * is. What is no longer than a piece stays as it is.
 *
 * The pieces are views on `bytes`, and can be read once: another attempt needs others. `moved` is told of each
 * before it goes out.
 */
export function inPieces(bytes: Uint8Array, moved?: MovedBytes): Uint8Array | Readable {
  return bytes.length <= PIECE_BYTES ? bytes : Readable.from(piecesOf(bytes, moved));
}

function* piecesOf(bytes: Uint8Array, moved?: MovedBytes): Generator<Buffer> {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < whole.length; at += PIECE_BYTES) {
    const piece = whole.subarray(at, at + PIECE_BYTES);
    if (moved !== undefined) moved[0] = at + piece.length;
    yield piece;
  }
}
