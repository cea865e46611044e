import { connectParts, readersOf, type ReadersOptions } from "../../src/read/create-readers.ts";
import type { ReadingParts } from "../../src/read/block-reader.ts";
import type { Reader, Readers } from "../../src/read/reader.ts";

export interface TestReading extends AsyncDisposable {
  readonly readers: Readers;
  /** For tests of how much memory is used. */
  readonly parts: ReadingParts;
}

/** Bytes of a block in tests: small, so that a few hundred bytes are a large file. */
export const TEST_BLOCK = 16;

/** Readers over `source` with blocks of 16 bytes and room for `blocks` of them. */
export function testReading(
  options: Omit<ReadersOptions, "memoryBytes"> & { readonly blocks: number },
): TestReading {
  const { blocks, tuning, ...rest } = options;
  const parts = connectParts({
    ...rest,
    memoryBytes: blocks * TEST_BLOCK,
    tuning: { blockBytes: TEST_BLOCK, smallFileBlocks: 0, ...tuning },
  });
  const readers = readersOf(parts);
  return { readers, parts, [Symbol.asyncDispose]: () => readers[Symbol.asyncDispose]() };
}

/** The bytes that one read returns. */
export async function readBytes(
  reader: Reader,
  offset: number,
  length: number,
  signal: AbortSignal = new AbortController().signal,
): Promise<Uint8Array> {
  const into = new Uint8Array(length);
  const count = await reader.read(offset, into, signal);
  return into.subarray(0, count);
}
