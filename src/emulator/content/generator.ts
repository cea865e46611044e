import { createCipheriv, createHash } from "node:crypto";
import { Readable } from "node:stream";
import { type ByteRange, byteRange, intersect, rangeLength } from "../../core/byte-range.ts";

/*
 * Content that is computed when it is read, so that a file of many GiB needs no space.
 *
 * The bytes of seed S are the AES-128-CTR keystream with key md5(S) and a counter that begins at 0. Two lines of
 * Node compute bytes 0 … n-1:
 *
 *     const key = createHash("md5").update(seed).digest();
 *     createCipheriv("aes-128-ctr", key, Buffer.alloc(16)).update(Buffer.alloc(n));
 *
 * To begin at byte 16·k, the counter is k as a 16-byte big-endian number. `openssl enc -aes-128-ctr -K … -iv …` over
 * zeros computes the same. Sparse content has those bytes only in the first 4096 bytes of each 64 MiB and in the
 * last (perhaps short) block of 4096 bytes; everything else is zero, like a hole in a sparse file.
 */

const CHUNK_BYTES = 256 * 1024;
const SPARSE_BLOCK = 4096;
const SPARSE_STRIDE = 64 * 1024 * 1024;
const ZEROS = Buffer.alloc(CHUNK_BYTES);

export interface GeneratedContent {
  readonly seed: string;
  readonly sizeBytes: number;
  readonly sparse: boolean;
}

/** Streams the bytes of `range`; it computes only what its reader consumes. */
export function generatedStream(content: GeneratedContent, range: ByteRange): Readable {
  return Readable.from(generatedChunks(content, range), { objectMode: false });
}

/** Yields the bytes of `range` in chunks of at most 256 KiB. */
export function* generatedChunks(content: GeneratedContent, range: ByteRange): Generator<Buffer> {
  const keystream = content.sparse ? undefined : keystreamAt(content.seed, range.start);
  for (let at = range.start; at < range.end; at += CHUNK_BYTES) {
    const chunk = byteRange(at, Math.min(at + CHUNK_BYTES, range.end));
    yield keystream?.(rangeLength(chunk)) ?? sparseChunk(content, chunk);
  }
}

/** Yields the blocks of sparse content that are not zero. */
export function* sparseBlocks(sizeBytes: number): Generator<ByteRange> {
  for (let start = 0; start < sizeBytes; start += SPARSE_STRIDE) {
    yield byteRange(start, Math.min(start + SPARSE_BLOCK, sizeBytes));
  }
  if (sizeBytes > 0) {
    yield byteRange(Math.floor((sizeBytes - 1) / SPARSE_BLOCK) * SPARSE_BLOCK, sizeBytes);
  }
}

function sparseChunk(content: GeneratedContent, chunk: ByteRange): Buffer {
  const bytes = Buffer.alloc(rangeLength(chunk));
  for (const block of blocksNear(content.sizeBytes, chunk)) {
    const shared = intersect(block, chunk);
    if (shared === undefined) continue;
    const filled = keystreamAt(content.seed, shared.start)(rangeLength(shared));
    filled.copy(bytes, shared.start - chunk.start);
  }
  return bytes;
}

/** Yields the blocks that may overlap a chunk: it is shorter than a stride, so at most two stride starts and the end. */
function* blocksNear(sizeBytes: number, chunk: ByteRange): Generator<ByteRange> {
  const first = Math.floor(chunk.start / SPARSE_STRIDE) * SPARSE_STRIDE;
  for (let start = first; start < chunk.end; start += SPARSE_STRIDE) {
    yield byteRange(start, Math.min(start + SPARSE_BLOCK, sizeBytes));
  }
  yield byteRange(Math.floor((sizeBytes - 1) / SPARSE_BLOCK) * SPARSE_BLOCK, sizeBytes);
}

/** Returns a function that returns the next bytes of the keystream, beginning at `offset`, at most a chunk at a time. */
function keystreamAt(seed: string, offset: number): (length: number) => Buffer {
  const counter = Buffer.alloc(16);
  counter.writeBigUInt64BE(BigInt(Math.floor(offset / 16)), 8);
  const key = createHash("md5").update(seed).digest();
  const cipher = createCipheriv("aes-128-ctr", key, counter);
  cipher.update(ZEROS.subarray(0, offset % 16));
  return (length) => cipher.update(ZEROS.subarray(0, length));
}
