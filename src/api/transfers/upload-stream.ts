import type { FileId } from "../../core/ids.ts";
import { inParallel } from "../../core/parallel.ts";
import type { FileEntry } from "../models.ts";
import { givingUp, type UploadParts } from "./file-upload.ts";
import { type HeldBytes, heldBytes } from "./held-bytes.ts";
import { DEFAULT_PARALLEL, ProgressCount } from "./options.ts";
import type { PieceReader } from "./piece-reader.ts";
import { streamPartBytes } from "./upload-parts.ts";
import { memorySource } from "./upload-source.ts";
import { uploadWhole } from "./upload-whole.ts";

interface StreamPart extends HeldBytes {
  /** From 1. */
  readonly number: number;
}

/**
 * Uploads a stream of any length: what ends within the first part in one piece, what is longer in parts,
 * some at a time.
 */
export async function uploadStream(
  parts: UploadParts,
  stream: PieceReader,
  signal: AbortSignal,
): Promise<FileEntry> {
  // Nothing remembers a stream, so there is nothing to go on with.
  const { journal: _none, ...options } = parts.options;
  const held = new Set<HeldBytes>();
  const all = partsOfStream({ ...parts, options }, { stream, signal, held });
  try {
    const { value: first } = await all.next();
    if (first === undefined || (await stream.isAtEnd())) {
      return await uploadWhole(parts, memorySource(first?.bytes ?? new Uint8Array()));
    }
    const fileId = await parts.uploads.begin(parts.place, options);
    return await givingUp({ ...parts, options }, fileId, async () => {
      const sizeBytes = await sendParts({ ...parts, options }, { fileId, first, all }, signal);
      return await parts.uploads.complete({ fileId, sizeBytes }, options);
    });
  } finally {
    // Of parts as well that nobody came to send.
    for (const part of held) part[Symbol.dispose]();
  }
}

interface StreamReading {
  readonly stream: PieceReader;
  readonly signal: AbortSignal;
  /** Keeps what is given out until that is disposed of. */
  readonly held: Set<HeldBytes>;
}

/** The parts of a stream in order, each when there is memory for it; at least one, though it be empty. */
async function* partsOfStream(
  { options }: UploadParts,
  { stream, signal, held }: StreamReading,
): AsyncGenerator<StreamPart, void, undefined> {
  for (let number = 1; number === 1 || !(await stream.isAtEnd()); number += 1) {
    const bytes = streamPartBytes(number, options.partBytes);
    const part = await heldBytes(options, { bytes, signal }, async (memory) => {
      return await stream.fill(memory);
    });
    const kept = {
      number,
      bytes: part.bytes,
      [Symbol.dispose]: () => {
        held.delete(kept);
        part[Symbol.dispose]();
      },
    };
    held.add(kept);
    yield kept;
  }
}

interface PartsToSend {
  readonly fileId: FileId;
  readonly first: StreamPart;
  /** The others. */
  readonly all: AsyncIterable<StreamPart>;
}

/** Sends the parts as they come, and answers how many bytes they were. */
async function sendParts(
  { uploads, options }: UploadParts,
  { fileId, first, all }: PartsToSend,
  signal: AbortSignal,
): Promise<number> {
  const progress = new ProgressCount(undefined, options.onProgress);
  let sizeBytes = 0;
  const limit = options.parallel ?? DEFAULT_PARALLEL;
  await inParallel(withFirst(first, all), { limit, signal }, async (part, inner) => {
    using held = part;
    const { number, bytes } = held;
    sizeBytes += bytes.length;
    await uploads.part({ fileId, number }, { bytes }, { ...options, signal: inner });
    progress.add(bytes.length);
  });
  return sizeBytes;
}

async function* withFirst<Item>(first: Item, others: AsyncIterable<Item>): AsyncGenerator<Item> {
  yield first;
  yield* others;
}
