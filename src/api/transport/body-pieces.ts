import { Readable } from "node:stream";
import type { MovedBytes } from "./pace/pace-watch.ts";

/** Long enough that splitting costs nothing, short enough that a slow line takes a piece well within a timeout. */
export const PIECE_BYTES: number = 64 * 1024;

/**
 * A body that is sent in pieces, each when the connection has taken the one before; undici restarts its timeout at
 * each. A body in one piece would have to be sent and responded to within one timeout, however long it is. A body no
 * longer than a piece is returned unchanged.
 *
 * The pieces are views on `bytes` and can be read once: another attempt needs new ones. `moved` is updated before
 * each piece is sent.
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
