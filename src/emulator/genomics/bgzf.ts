/*
 * BGZF: gzip members of at most 64 KiB of data, each with its own length in an extra field of its header. The sizes
 * are read before a library decompresses, which would otherwise allocate whatever the file claims.
 */

const MAX_BLOCK_BYTES = 64 * 1024;
const HEADER_BYTES = 12;
const FOOTER_BYTES = 8;

/**
 * How many bytes the blocks decompress to; the last one may be cut off.
 * @throws Error for bytes that do not begin with a BGZF block
 */
export function bgzfInflatedBytes(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let inflated = 0;
  for (let at = 0; at + HEADER_BYTES < bytes.length;) {
    const blockBytes = blockBytesAt(view, at);
    if (blockBytes === undefined) throw new Error("it is not BGZF");
    if (at + blockBytes > bytes.length) return inflated + MAX_BLOCK_BYTES;
    const blockInflated = view.getUint32(at + blockBytes - 4, true);
    if (blockInflated > MAX_BLOCK_BYTES) throw new Error("one of its blocks is too long");
    inflated += blockInflated;
    at += blockBytes;
  }
  return inflated;
}

/** The length of the block; undefined where none begins. */
function blockBytesAt(view: DataView, at: number): number | undefined {
  const isGzipWithExtra = view.getUint32(at, true) === 0x04_08_8b_1f;
  if (!isGzipWithExtra) return undefined;
  const extraEnd = at + HEADER_BYTES + view.getUint16(at + 10, true);
  for (let field = at + HEADER_BYTES; field + 6 <= extraEnd;) {
    if (field + 6 > view.byteLength) return MAX_BLOCK_BYTES;
    const length = view.getUint16(field + 2, true);
    // "BC"
    if (view.getUint16(field, true) === 0x43_42 && length === 2) {
      const blockBytes = view.getUint16(field + 4, true) + 1;
      return blockBytes >= extraEnd - at + FOOTER_BYTES ? blockBytes : undefined;
    }
    field += 4 + length;
  }
  return undefined;
}
