import type { SharedBuffers } from "../../core/shared-buffers.ts";
import { MultipartUpload } from "../../upload/multipart-upload.ts";
import { streamPartBytes } from "../../upload/part-sizes.ts";
import type { FileEntry } from "../models/models.ts";
import { fileProtocol } from "../uploads/file-protocol.ts";
import { type HeldBytes, heldBytes } from "./held-bytes.ts";
import { callOptions, DEFAULT_PARALLEL, ProgressCount } from "./options.ts";
import type { PieceReader } from "./piece-reader.ts";
import type { UploadContext } from "./upload-file.ts";
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
 * Uploads a stream of unknown length: in one request when it ends within the first part, otherwise in parts. A
 * stream cannot be read again, so a journal is of no use.
 */
export async function uploadStream(
  context: UploadContext,
  { stream, buffers }: StreamSource,
  signal: AbortSignal,
): Promise<FileEntry> {
  const unsent = new Set<HeldBytes>();
  const parts = partsOfStream(context, { stream, buffers, signal, unsent });
  try {
    const { value: first } = await parts.next();
    if (first === undefined || (await stream.isAtEnd())) {
      const file = await uploadWhole(context, memorySource(first?.bytes ?? new Uint8Array()));
      first?.giveBack();
      return file;
    }
    return await sendParts(context, { parts: withFirst(first, parts), unsent }, signal);
  } finally {
    for (const part of unsent) part[Symbol.dispose]();
  }
}

interface StreamReading extends StreamSource {
  readonly signal: AbortSignal;
  /** Parts that were read and are not being sent. */
  readonly unsent: Set<HeldBytes>;
}

/** The parts of a stream in order, each when there is memory for it. An empty stream has one empty part. */
async function* partsOfStream(
  { options }: UploadContext,
  { stream, buffers, signal, unsent }: StreamReading,
): AsyncGenerator<StreamPart, void, undefined> {
  for (let number = 1; number === 1 || !(await stream.isAtEnd()); number += 1) {
    const bytes = streamPartBytes(number, options.partBytes);
    const filled = await heldBytes(options, { bytes, signal, buffers }, async (memory) => {
      return await stream.fill(memory);
    });
    const part = { number, ...filled };
    unsent.add(part);
    yield part;
  }
}

interface PartsToSend {
  readonly parts: AsyncIterable<StreamPart>;
  readonly unsent: Set<HeldBytes>;
}

async function sendParts(
  { uploads, place, options }: UploadContext,
  { parts, unsent }: PartsToSend,
  signal: AbortSignal,
): Promise<FileEntry> {
  const progress = new ProgressCount(undefined, options.onProgress);
  const upload = new MultipartUpload(fileProtocol(uploads, place, callOptions(options)));
  const parallel = options.parallel ?? DEFAULT_PARALLEL;
  return await upload.run<StreamPart>(
    {
      parts,
      parallel,
      sendPart: async (part, send) => {
        using sent = part;
        unsent.delete(sent);
        const { number, bytes } = sent;
        await send({ number, bytes });
        progress.add(bytes.length);
        sent.giveBack();
        return bytes.length;
      },
    },
    signal,
  );
}

async function* withFirst<Item>(first: Item, others: AsyncIterable<Item>): AsyncGenerator<Item> {
  yield first;
  yield* others;
}
