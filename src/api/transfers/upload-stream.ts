import type { FileId } from "../../core/ids.ts";
import { inParallel } from "../../core/parallel.ts";
import type { SharedBuffers } from "../../core/shared-buffers.ts";
import type { FileEntry } from "../models/models.ts";
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

export interface StreamSource {
  readonly stream: PieceReader;
  /** For the parts. */
  readonly buffers: SharedBuffers;
}

/**
 * Uploads a stream of any length: what ends within the first part in one piece, what is longer in parts,
 * some at a time.
 */
export async function uploadStream(
  parts: UploadParts,
  { stream, buffers }: StreamSource,
  signal: AbortSignal,
): Promise<FileEntry> {
  // Nothing remembers a stream, so there is nothing to go on with.
  const { journal: _none, ...options } = parts.options;
  const held = new Set<HeldBytes>();
  const all = partsOfStream({ ...parts, options }, { stream, buffers, signal, held });
  try {
    const { value: first } = await all.next();
    if (first === undefined || (await stream.isAtEnd())) {
      const file = await uploadWhole(parts, memorySource(first?.bytes ?? new Uint8Array()));
      first?.giveBack();
      return file;
    }
    const fileId = await parts.uploads.begin(parts.place, options);
    return await givingUp({ ...parts, options }, fileId, async () => {
      const toSend = { fileId, first, all, held };
      const sizeBytes = await sendParts({ ...parts, options }, toSend, signal);
      return await parts.uploads.complete({ fileId, sizeBytes }, options);
    });
  } finally {
    for (const part of held) part[Symbol.dispose]();
  }
}

interface StreamReading extends StreamSource {
  readonly signal: AbortSignal;
  /** What is given out, and nobody came to send. */
  readonly held: Set<HeldBytes>;
}

/** The parts of a stream in order, each when there is memory for it; at least one, though it be empty. */
async function* partsOfStream(
  { options }: UploadParts,
  { stream, buffers, signal, held }: StreamReading,
): AsyncGenerator<StreamPart, void, undefined> {
  for (let number = 1; number === 1 || !(await stream.isAtEnd()); number += 1) {
    const bytes = streamPartBytes(number, options.partBytes);
    const filled = await heldBytes(options, { bytes, signal, buffers }, async (memory) => {
      return await stream.fill(memory);
    });
    const part = { number, ...filled };
    held.add(part);
    yield part;
  }
}

interface PartsToSend {
  readonly fileId: FileId;
  readonly first: StreamPart;
  /** The others. */
  readonly all: AsyncIterable<StreamPart>;
  /** Parts leave it here. */
  readonly held: Set<HeldBytes>;
}

/** Sends the parts as they come, and answers how many bytes they were. */
async function sendParts(
  { uploads, options }: UploadParts,
  { fileId, first, all, held }: PartsToSend,
  signal: AbortSignal,
): Promise<number> {
  const progress = new ProgressCount(undefined, options.onProgress);
  let sizeBytes = 0;
  const limit = options.parallel ?? DEFAULT_PARALLEL;
  await inParallel(withFirst(first, all), { limit, signal }, async (part, inner) => {
    using sent = part;
    held.delete(sent);
    const { number, bytes } = sent;
    sizeBytes += bytes.length;
    await uploads.part({ fileId, number }, { bytes }, { ...options, signal: inner });
    progress.add(bytes.length);
    sent.giveBack();
  });
  return sizeBytes;
}

async function* withFirst<Item>(first: Item, others: AsyncIterable<Item>): AsyncGenerator<Item> {
  yield first;
  yield* others;
}
