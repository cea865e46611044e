import { neverAborted } from "../../core/abort.ts";
import { BsmountError } from "../../core/errors.ts";
import { inParallel } from "../../core/parallel.ts";
import type { Content } from "../content/content.ts";
import type { FileEntry } from "../models.ts";
import type { Files } from "../resources/files.ts";
import type { CallOptions } from "../rest.ts";
import type { UploadPlace } from "../uploads/upload-place.ts";
import type { Uploads } from "../uploads/uploads.ts";
import { type Compared, compareWithEtag } from "./compare-with-etag.ts";
import { Downloads } from "./downloads.ts";
import { FileUpload, givingUp, type UploadOptions, type UploadParts } from "./file-upload.ts";
import { DEFAULT_PARALLEL, ProgressCount, withMemory } from "./options.ts";
import { pathNames, statLocal } from "./local-place.ts";
import { MAX_WHOLE_BYTES, partBytesOf, streamPartBytes } from "./upload-parts.ts";
import { fileSource, memorySource, regrouped, type UploadSource } from "./upload-source.ts";

/** What is uploaded: the path of a local file, bytes, or a stream of any length. */
export type UploadFrom = string | Uint8Array | AsyncIterable<Uint8Array>;

export interface TransfersOptions {
  readonly content: Content;
  readonly uploads: Uploads;
  readonly files: Files;
}

/** Whole files, to this machine and from it. */
export class Transfers {
  readonly download: Downloads;
  readonly #content: Content;
  readonly #uploads: Uploads;
  readonly #files: Files;

  constructor({ content, uploads, files }: TransfersOptions) {
    this.download = new Downloads(content, files);
    this.#content = content;
    this.#uploads = uploads;
    this.#files = files;
  }

  /**
   * Uploads a file, in one piece up to 25 MB and in parts above, each with its MD5. What fails is given up
   * in BaseSpace, which then never shows it; with a `journal` a local file can be gone on with later.
   *
   * @throws BsmountError `invalid` for a path that is none, `not-found`, `changed` when the local file
   * changes meanwhile, `too-big`; ApiError `access-denied` without the right to write, or when the session
   * has ended; the signal's reason
   */
  async upload(
    place: UploadPlace,
    from: UploadFrom,
    options: UploadOptions = {},
  ): Promise<FileEntry> {
    pathNames(place.path);
    const parts = { uploads: this.#uploads, files: this.#files, place, options };
    const signal = options.signal ?? neverAborted;
    if (isStream(from)) return await uploadStream(parts, from, signal);
    await using source = typeof from === "string" ? await fileSource(from) : memorySource(from);
    const { sizeBytes } = source;
    if (sizeBytes > MAX_WHOLE_BYTES) return await new FileUpload(parts, source).run(signal);
    return await withMemory(options, { bytes: sizeBytes, signal }, async () => {
      return await uploadWhole(parts, source);
    });
  }

  /**
   * Whether a local file has the content of a file in BaseSpace: by its size, and by its ETag, which is an
   * MD5 or made of those of the parts that it was uploaded in. A file of a list without ETags is looked at
   * in the object store.
   *
   * @throws BsmountError `not-found` or `unavailable` when the local file cannot be read; the signal's reason
   */
  async compare(
    path: string,
    file: Pick<FileEntry, "id" | "sizeBytes" | "etag">,
    { signal = neverAborted }: Pick<CallOptions, "signal"> = {},
  ): Promise<Compared> {
    const before = await statLocal(path);
    if (!before.isFile()) return "unknown";
    if (before.size !== file.sizeBytes) return "other";
    if (before.size === 0) return "md5";
    const etag = file.etag ?? (await this.#storeEtag(file, signal));
    const compared = await compareWithEtag(path, etag, signal);
    const after = await statLocal(path);
    const isSame = after.size === before.size && after.mtimeMs === before.mtimeMs;
    return isSame ? compared : "unknown";
  }

  /** What cannot be read is not known. */
  async #storeEtag(
    { id: fileId, sizeBytes }: Pick<FileEntry, "id" | "sizeBytes">,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const request = { fileId, sizeBytes, range: { start: 0, end: 1 }, into: [Buffer.alloc(1)] };
    try {
      return (await this.#content.readRange({ ...request, expected: undefined }, signal)).etag;
    } catch {
      signal.throwIfAborted();
      return undefined;
    }
  }
}

function isStream(from: UploadFrom): from is AsyncIterable<Uint8Array> {
  if (typeof from === "string" || from instanceof Uint8Array) return false;
  if (Symbol.asyncIterator in Object(from)) return true;
  throw new BsmountError("usage", "an upload takes a path, bytes or a stream of bytes");
}

async function uploadWhole(
  { uploads, place, options }: UploadParts,
  source: UploadSource,
): Promise<FileEntry> {
  partBytesOf(0, options.partBytes);
  const bytes = await source.read(0, source.sizeBytes);
  await source.checkUnchanged();
  const file = await uploads.whole(place, { bytes }, options);
  new ProgressCount(bytes.length, options.onProgress).add(bytes.length);
  return file;
}

async function uploadStream(
  parts: UploadParts,
  stream: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<FileEntry> {
  const { place, options } = parts;
  const sizeOf = (number: number): number => streamPartBytes(number, options.partBytes);
  const pieces = regrouped(stream, sizeOf)[Symbol.asyncIterator]();
  const first = await pieces.next();
  const bytes = first.value ?? Buffer.alloc(0);
  const second = first.done === true ? first : await pieces.next();
  if (second.done === true) return await uploadWhole(parts, memorySource(bytes));
  const { journal: _none, ...call } = options;
  const fileId = await parts.uploads.begin(place, call);
  return await givingUp({ ...parts, options: call }, fileId, async () => {
    const all = numbered([bytes, second.value], pieces);
    const sizeBytes = await sendParts({ ...parts, options: call }, fileId, all, signal);
    return await parts.uploads.complete({ fileId, sizeBytes }, call);
  });
}

interface NumberedPart {
  readonly number: number;
  readonly bytes: Uint8Array;
}

async function* numbered(
  first: readonly Uint8Array[],
  others: AsyncIterable<Uint8Array>,
): AsyncGenerator<NumberedPart, void, undefined> {
  let number = 0;
  for (const bytes of first) yield { number: (number += 1), bytes };
  for await (const bytes of others) yield { number: (number += 1), bytes };
}

/** Sends the parts as they come, and answers how many bytes they were. */
async function sendParts(
  { uploads, options }: UploadParts,
  fileId: FileEntry["id"],
  all: AsyncIterable<NumberedPart>,
  signal: AbortSignal,
): Promise<number> {
  const progress = new ProgressCount(undefined, options.onProgress);
  let sizeBytes = 0;
  const limit = options.parallel ?? DEFAULT_PARALLEL;
  await inParallel(all, { limit, signal }, async ({ number, bytes }, inner) => {
    sizeBytes += bytes.length;
    await uploads.part({ fileId, number }, { bytes }, { ...options, signal: inner });
    progress.add(bytes.length);
  });
  return sizeBytes;
}
