/*
 * Begin here: `uploads/` has the requests by which v1 takes a file. `Uploads` has a method for each,
 * `file-protocol.ts` combines those of an upload in parts for the engine in `upload/`. `upload-destination.ts` says
 * where a file goes, `find-uploaded.ts` searches for an upload whose response was lost, `list-parts.ts` asks for the parts of one, `upload-errors.ts` translates
 * errors. `transfers/` calls it for copies, `write/` for files that were written on a mount (as `UploadTarget`).
 */

import { compareIds } from "../../core/compare-ids.ts";
import { reasonOf } from "../../core/errors.ts";
import type { FileId } from "../../core/ids.ts";
import { segment } from "../transport/address.ts";
import { decodeEnvelope } from "../models/envelope.ts";
import { decodeEtag } from "../models/etag.ts";
import { ApiError } from "../transport/errors.ts";
import type { ListedPart } from "../models/listed-part.ts";
import type { FileEntry } from "../models/models.ts";
import { decodeResponse } from "../models/decode-response.ts";
import type { JsonResponse } from "../transport/evaluate-response.ts";
import type { CallOptions, Change, Query, Rest } from "../transport/rest.ts";
import type { FindEffect, IdempotentChange, IdempotentCalls } from "../transport/idempotency.ts";
import {
  fileIn,
  findBegun,
  findUploaded,
  type IsOlder,
  newestOf,
  type WholeOptions,
} from "./find-uploaded.ts";
import { partsOf } from "./list-parts.ts";
import { withDestinationErrors, withUploadErrors } from "./upload-errors.ts";
import type { Md5Thread } from "../digests/md5-thread.ts";
import { filesPathOf, type UploadDestination } from "./upload-destination.ts";

export interface UploadsOptions {
  readonly md5s: Md5Thread;
  /** How long a request of an upload is retried, in milliseconds. */
  readonly writeDeadlineMs: number;
}

/** How often a part is sent whose ETag shows other bytes. */
const PART_ATTEMPTS = 3;

/** Bytes whose MD5 may be known. */
export interface UploadBody {
  /** The bytes of the file or of the part. */
  readonly bytes: Uint8Array;
  /** In lower-case hex. Default: computed, for shared memory in a thread. */
  readonly md5?: string;
}

/**
 * The requests of uploads, one method each; `transfers` combines them into whole uploads. When a response is lost,
 * `part` and `abort` send the request again, which has the same effect; every other request is sent again only after
 * its effect was searched for. All but `abort` and `newest` are retried for minutes (the client's `writeDeadlineMs`)
 * while the service is away.
 *
 * Methods throw ApiError (`access-denied` without the right to write, `gone` when BaseSpace no longer knows the
 * upload or its destination, `unavailable`, `timeout`, …) or the signal's reason. The parts of a `gone` upload are
 * lost; `begin` shows whether a new one is possible.
 */
export class Uploads {
  readonly #rest: Rest;
  readonly #calls: IdempotentCalls;
  readonly #writeDeadlineMs: number;
  readonly #md5s: Md5Thread;

  /** @param options `md5s` remains the caller's to close */
  constructor(rest: Rest, calls: IdempotentCalls, { md5s, writeDeadlineMs }: UploadsOptions) {
    this.#rest = rest;
    this.#calls = calls;
    this.#md5s = md5s;
    this.#writeDeadlineMs = writeDeadlineMs;
  }

  /**
   * The MD5 of `bytes`, in lower-case hex, for a body that is sent more than once or recorded. For long bytes in
   * shared memory it is computed in a thread.
   */
  async md5(bytes: Uint8Array): Promise<string> {
    return await this.#md5s.md5(bytes);
  }

  /**
   * Uploads a whole file in one request: `POST /v1pre3/appresults/{id}/files?name=…&directory=…`, or to a sample.
   * The service accepts at most 25 000 000 bytes.
   * @throws ApiError `unavailable` when the complete file has other bytes, with its Id as `wrongFileId`
   */
  async whole(
    destination: UploadDestination,
    body: UploadBody,
    { existedBefore, ...options }: CallOptions & WholeOptions = {},
  ): Promise<FileEntry> {
    const md5 = body.md5 ?? (await this.#md5s.md5(body.bytes));
    const sizeBytes = body.bytes.length;
    const headers = contentHeaders(destination, md5);
    const change = { ...newFile(destination, {}), headers, body: body.bytes };
    const findEffect = findUploaded(this.#rest, { destination, sizeBytes, md5, existedBefore });
    const response = await withDestinationErrors(
      async () => await this.#changeOnce(change, findEffect, options),
    );
    return this.#checked(response, { md5, sizeBytes });
  }

  /** Begins an upload in parts: `POST …/files?…&multipart=true`. Returns the Id of the pending file. */
  async begin(destination: UploadDestination, options: CallOptions = {}): Promise<FileId> {
    return (await this.beginFile(destination, options)).id;
  }

  /** As {@link begin}, but returns the pending file. */
  async beginFile(destination: UploadDestination, options: CallOptions = {}): Promise<FileEntry> {
    const headers = { "content-type": contentTypeOf(destination) };
    const change = { ...newFile(destination, { multipart: true }), headers };
    const findEffect = findBegun(this.#rest, destination);
    const response = await withDestinationErrors(
      async () => await this.#changeOnce(change, findEffect, options),
    );
    return fileIn(response);
  }

  /**
   * `PUT /v1pre3/files/{id}/parts/{number}`. A part that is sent again replaces the earlier one. Returns the ETag of
   * the part. A part that arrives with other bytes is sent again.
   * @throws ApiError `unavailable` when the service receives other bytes each time
   */
  async part(
    { fileId, number }: { readonly fileId: FileId; readonly number: number },
    body: UploadBody,
    options: CallOptions = {},
  ): Promise<string> {
    const md5 = body.md5 ?? (await this.#md5s.md5(body.bytes));
    const change: Change = {
      method: "PUT",
      path: `/v1pre3/files/${segment(fileId)}/parts/${number}`,
      headers: {
        "content-type": "application/octet-stream",
        "content-md5": Buffer.from(md5, "hex").toString("base64"),
      },
      body: body.bytes,
      isRepeatable: true,
    };
    const patient = this.#patient(options);
    for (let attempt = 1; ; attempt += 1) {
      const response = await withUploadErrors(async () => await this.#rest.change(change, patient));
      const etag = decodeResponse(response, () =>
        decodeEtag(decodeEnvelope(response.json), "Response"),
      );
      if (etag.toLowerCase() === md5) return etag;
      const problem = `part ${number} arrived with ETag ${etag}, sent with MD5 ${md5}`;
      if (attempt === PART_ATTEMPTS) throw mismatchError(response, problem);
    }
  }

  /**
   * Makes one file of the parts: `POST /v1pre3/files/{id}?uploadstatus=complete`.
   * @throws ApiError `unavailable` when the file is not `sizeBytes` long, with its Id as `wrongFileId`
   */
  async complete(
    { fileId, sizeBytes }: { readonly fileId: FileId; readonly sizeBytes: number },
    options: CallOptions = {},
  ): Promise<FileEntry> {
    const path = `/v1pre3/files/${segment(fileId)}`;
    const findEffect: FindEffect = async (_attempt, searchOptions) => {
      const response = await this.#rest.get(path, {}, searchOptions);
      return fileIn(response).uploadStatus === "complete" ? response : undefined;
    };
    const change = { method: "POST", path, query: { uploadstatus: "complete" } } as const;
    const response = await withUploadErrors(
      async () => await this.#changeOnce(change, findEffect, options),
    );
    return this.#checked(response, { sizeBytes });
  }

  /**
   * The file with this Id, whatever its upload status: `GET /v1pre3/files/{id}`. Undefined when BaseSpace does not know
   * it.
   */
  async find(fileId: FileId, options: CallOptions = {}): Promise<FileEntry | undefined> {
    try {
      return fileIn(await this.#rest.get(`/v1pre3/files/${segment(fileId)}`, {}, options));
    } catch (error) {
      if (reasonOf(error) === "not-found") return undefined;
      throw error;
    }
  }

  /**
   * The complete file that a path shows, if it is one of the newest hundred, or has a greater Id than `after`:
   * `GET …/files`.
   */
  async newest(
    destination: UploadDestination,
    { after, ...options }: CallOptions & { readonly after?: FileId | undefined } = {},
  ): Promise<FileEntry | undefined> {
    const isOlder: IsOlder = ({ id }) => after === undefined || compareIds(id, after) <= 0;
    return await newestOf(this.#rest, destination, options, isOlder);
  }

  /**
   * The parts that BaseSpace has of a pending file: `GET /v1pre3/files/{id}/parts`; undefined when it does not say.
   */
  async parts(
    fileId: FileId,
    options: CallOptions = {},
  ): Promise<readonly ListedPart[] | undefined> {
    return await partsOf(this.#rest, fileId, options);
  }

  /** Aborts an upload in parts: `POST /v1pre3/files/{id}?uploadstatus=aborted`. */
  async abort(fileId: FileId, options: CallOptions = {}): Promise<void> {
    const path = `/v1pre3/files/${segment(fileId)}`;
    const query = { uploadstatus: "aborted" };
    await this.#rest.change({ method: "POST", path, query, isRepeatable: true }, options);
  }

  async #changeOnce(
    change: IdempotentChange,
    findEffect: FindEffect,
    options: CallOptions,
  ): Promise<JsonResponse> {
    return await this.#calls.run(change, { findEffect, options: this.#patient(options) });
  }

  #patient(options: CallOptions): CallOptions {
    return { totalMs: this.#writeDeadlineMs, ...options };
  }

  #checked(
    response: JsonResponse,
    { md5, sizeBytes }: { readonly md5?: string; readonly sizeBytes: number },
  ): FileEntry {
    const file = fileIn(response);
    if (file.uploadStatus !== undefined && file.uploadStatus !== "complete") {
      throw mismatchError(response, `file ${file.id} is ${file.uploadStatus}, not complete`);
    }
    const { id, etag } = file;
    if (file.sizeBytes !== sizeBytes) {
      const problem = `file ${id} has ${file.sizeBytes} bytes of ${sizeBytes}`;
      throw new WrongContentError(response, id, problem);
    }
    if (md5 !== undefined && etag !== undefined && etag.toLowerCase() !== md5) {
      const problem = `file ${id} has ETag ${etag}, was sent with MD5 ${md5}`;
      throw new WrongContentError(response, id, problem);
    }
    return file;
  }
}

function newFile(
  destination: UploadDestination,
  more: Query,
): Pick<Change, "method" | "path" | "query"> {
  const cut = destination.path.lastIndexOf("/");
  const query = {
    name: destination.path.slice(cut + 1),
    directory: cut === -1 ? undefined : destination.path.slice(0, cut),
    ...more,
  };
  return { method: "POST", path: filesPathOf(destination), query };
}

function contentHeaders(destination: UploadDestination, md5: string): Record<string, string> {
  const base64 = Buffer.from(md5, "hex").toString("base64");
  return { "content-type": contentTypeOf(destination), "content-md5": base64 };
}

function contentTypeOf(destination: UploadDestination): string {
  return destination.contentType ?? "application/octet-stream";
}

function mismatchError(response: JsonResponse, problem: string): ApiError {
  return new ApiError("unavailable", factsOf(response), problem);
}

/** BaseSpace marked a file complete that does not have the bytes that were sent. */
class WrongContentError extends ApiError {
  /** Of that file. */
  readonly wrongFileId: FileId;

  constructor(response: JsonResponse, fileId: FileId, problem: string) {
    super("unavailable", factsOf(response), problem);
    this.wrongFileId = fileId;
  }
}

function factsOf({ request, status }: JsonResponse): ConstructorParameters<typeof ApiError>[1] {
  return { ...request, status };
}
