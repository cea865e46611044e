/*
 * Begin here: `transfers/` copies whole files between BaseSpace and the local disk, memory or a stream. `Transfers`
 * below and its `download` (`downloads.ts`) are the entry; `options.ts` has the options and the progress of all
 * transfers.
 *
 * - Downloads: `file-download.ts` writes one local file and `parts-download.ts` its parts, as planned by
 *   `download-plan.ts`, all of `one-version.ts`. `file-pieces.ts` (with `fetch-ahead.ts`) is for memory and streams,
 *   `by-extension.ts` for the files of a result.
 * - Checks: `content-check.ts` and `content-judge.ts` compare what was read with the ETag, `compare-with-etag.ts` a
 *   local file.
 * - Uploads: `upload-source.ts` is what is read. `upload-whole.ts` sends it in one request, `upload-file.ts` in parts,
 *   `upload-stream.ts` (with `piece-reader.ts`) while it comes.
 * - Resuming: `download-journal.ts` and `upload-journal.ts` have the form of `parts-journal.ts`.
 *   `resumable-protocol.ts` leaves out parts that BaseSpace has (`part-md5s.ts`, `same-upload.ts`),
 *   `resumable-uploads.ts` lists the journals.
 * - Local side: `local-files.ts` (paths), `local-file-lock.ts`, `reserved-bytes.ts` (memory).
 *
 * `cli/copy/` and programs call it. The engine of uploads in parts is `upload/`, the requests are in `../uploads/` and
 * `../content/`.
 */

import { neverAborted } from "../../core/abort.ts";
import { BsmountError } from "../../core/errors.ts";
import { SharedBuffers } from "../../core/shared-buffers.ts";
import type { Content } from "../content/content.ts";
import type { FileEntry } from "../models/models.ts";
import type { Files } from "../resources/files.ts";
import type { CallOptions } from "../transport/rest.ts";
import type { Md5Thread } from "../digests/md5-thread.ts";
import type { UploadDestination } from "../uploads/upload-destination.ts";
import type { Uploads } from "../uploads/uploads.ts";
import { type Compared, compareWithEtag } from "./compare-with-etag.ts";
import { Downloads } from "./downloads.ts";
import { FileUpload, type UploadOptions } from "./upload-file.ts";
import { pathNames, statLocal } from "./local-files.ts";
import { withMemoryBudget } from "./options.ts";
import { PieceReader } from "./piece-reader.ts";
import { MAX_WHOLE_BYTES } from "../../upload/limits.ts";
import { fileSource, memorySource } from "./upload-source.ts";
import { uploadStream } from "./upload-stream.ts";
import { uploadWhole } from "./upload-whole.ts";

/** What is uploaded: the path of a local file, bytes, or a stream of any length. */
export type UploadFrom = string | Uint8Array | AsyncIterable<Uint8Array>;

export interface TransfersOptions {
  /** The origin of the API server. */
  readonly apiServer: string;
  readonly content: Content;
  readonly uploads: Uploads;
  readonly files: Files;
  readonly lockFolder: string;
}

/** Bytes of memory that are kept for the next part: those of one large file that is being transferred. */
const KEPT_BYTES = 64 * 1024 * 1024;

/** The same for hashing: a piece of each file that is being transferred. */
const KEPT_DIGEST_BYTES = 8 * 1024 * 1024;

/** Uploads and downloads of whole files. */
export class Transfers {
  /** Downloads. */
  readonly download: Downloads;
  readonly #uploads: Uploads;
  readonly #files: Files;
  readonly #apiServer: string;
  readonly #lockFolder: string;
  readonly #buffers = new SharedBuffers(KEPT_BYTES);

  /** @param md5s remains the caller's to close */
  constructor({ uploads, ...options }: TransfersOptions, md5s: Md5Thread) {
    const { apiServer, content, files, lockFolder } = options;
    const buffers = this.#buffers;
    const digestBuffers = new SharedBuffers(KEPT_DIGEST_BYTES);
    this.download = new Downloads({ content, files, md5s, buffers, digestBuffers, lockFolder });
    this.#lockFolder = lockFolder;
    this.#uploads = uploads;
    this.#files = files;
    this.#apiServer = apiServer;
  }

  /**
   * Uploads a file, in one request up to 25 MB and in parts above, each with its MD5. An upload that fails is
   * aborted in BaseSpace, which then never shows it; with a `journal`, the upload of a local file can be continued
   * later. A stream is closed in any case.
   *
   * @throws BsmountError `invalid` for an impossible path, `not-found`, `changed` when the local file changes during
   * the upload, `too-big`; ApiError `access-denied` without the right to write, or when the session has ended; the
   * signal's reason
   */
  async upload(
    destination: UploadDestination,
    from: UploadFrom,
    options: UploadOptions = {},
  ): Promise<FileEntry> {
    const [apiServer, lockFolder] = [this.#apiServer, this.#lockFolder];
    const [uploads, files] = [this.#uploads, this.#files];
    const context = { apiServer, uploads, files, destination, options, lockFolder };
    const signal = options.signal ?? neverAborted;
    if (isStream(from)) {
      await using stream = new PieceReader(from, signal);
      pathNames(destination.path);
      return await uploadStream(context, { stream, buffers: this.#buffers }, signal);
    }
    pathNames(destination.path);
    await using source =
      typeof from === "string" ? await fileSource(from, this.#buffers) : memorySource(from);
    const { sizeBytes } = source;
    if (sizeBytes > MAX_WHOLE_BYTES) return await new FileUpload(context, source).run(signal);
    return await withMemoryBudget(options, { bytes: sizeBytes, signal }, async () => {
      return await uploadWhole(context, source);
    });
  }

  /**
   * Compares a local file with a file in BaseSpace: by the size, and by the ETag, which is an MD5 of the file or of
   * its parts. For a file of a list without ETags, the ETag is read from the object store.
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
    const etag = await this.download.etagOf(file, { signal });
    const compared = await compareWithEtag(path, etag, signal);
    const after = await statLocal(path);
    const isSame = after.size === before.size && after.mtimeMs === before.mtimeMs;
    return isSame ? compared : "unknown";
  }
}

function isStream(from: UploadFrom): from is AsyncIterable<Uint8Array> {
  if (typeof from === "string" || from instanceof Uint8Array) return false;
  if (Symbol.asyncIterator in Object(from)) return true;
  throw new BsmountError("usage", "an upload takes a path, bytes or a stream of bytes");
}
