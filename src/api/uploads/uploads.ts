import type { FileId } from "../../core/ids.ts";
import { segment } from "../transport/address.ts";
import { decodeEnvelope } from "../models/envelope.ts";
import { decodeEtag } from "../models/etag.ts";
import { ApiError } from "../transport/errors.ts";
import type { FileEntry } from "../models/models.ts";
import { decodeResponse } from "../models/decode-response.ts";
import type { CallOptions, Change, JsonResponse, Query, Rest } from "../transport/rest.ts";
import type { FindEffect, IdempotentChange, IdempotentCalls } from "../transport/idempotency.ts";
import { fileIn, findBegun, findUploaded, newestOf } from "./find-uploaded.ts";
import { ofTarget, ofUpload } from "./upload-errors.ts";
import type { Md5Thread } from "../digests/md5-thread.ts";
import { filesPathOf, type UploadPlace } from "./upload-destination.ts";

export interface UploadsOptions {
  readonly md5s: Md5Thread;
  /** For how long a request of an upload is repeated, milliseconds. */
  readonly writeDeadlineMs: number;
}

/** Bytes of which the MD5 may be known already. */
export interface UploadBody {
  readonly bytes: Uint8Array;
  /** In lower-case hex. Default: computed here, of shared memory in a thread of its own. */
  readonly md5?: string;
}

/**
 * The requests of uploads, one method each; `transfers` makes whole uploads of them. Nothing that may have
 * succeeded is sent twice without a look at what is there. All but `abort` and `newest` go on for minutes (the
 * client's `writeDeadlineMs`) while the service is away.
 *
 * Methods throw ApiError (`access-denied` without the right to write, `gone` when BaseSpace no longer knows the
 * upload or what was to take it, `unavailable`, `timeout`, …) or the signal's reason. Of a `gone` upload the parts
 * are lost, and `begin` tells whether another one can take its place.
 */
export class Uploads {
  readonly #rest: Rest;
  readonly #onceOnly: IdempotentCalls;
  readonly #writeDeadlineMs: number;
  readonly #md5s: Md5Thread;

  /** `md5s` stays the caller's. */
  constructor(rest: Rest, onceOnly: IdempotentCalls, { md5s, writeDeadlineMs }: UploadsOptions) {
    this.#rest = rest;
    this.#onceOnly = onceOnly;
    this.#md5s = md5s;
    this.#writeDeadlineMs = writeDeadlineMs;
  }

  /**
   * The MD5 of `bytes`, in lower-case hex, for a body that is sent more than once or remembered. That of long
   * bytes in shared memory is computed in a thread.
   */
  async md5(bytes: Uint8Array): Promise<string> {
    return await this.#md5s.md5(bytes);
  }

  /**
   * A whole file in one request: `POST /v1pre3/appresults/{id}/files?name=…&directory=…`, or to a sample.
   * The service takes 25 000 000 bytes at most.
   */
  async whole(place: UploadPlace, body: UploadBody, options: CallOptions = {}): Promise<FileEntry> {
    const md5 = body.md5 ?? (await this.#md5s.md5(body.bytes));
    const sizeBytes = body.bytes.length;
    const headers = contentHeaders(place, md5);
    const change = { ...newFile(place, {}), headers, body: body.bytes };
    const look = findUploaded(this.#rest, { place, sizeBytes, md5 });
    const answered = await ofTarget(async () => await this.#once(change, look, options));
    return this.#checked(answered, { md5, sizeBytes });
  }

  /** Starts an upload in parts: `POST …/files?…&multipart=true`. Answers the pending file's Id. */
  async begin(place: UploadPlace, options: CallOptions = {}): Promise<FileId> {
    return (await this.beginFile(place, options)).id;
  }

  /** As {@link begin}; answers the pending file. */
  async beginFile(place: UploadPlace, options: CallOptions = {}): Promise<FileEntry> {
    const headers = { "content-type": contentTypeOf(place) };
    const change = { ...newFile(place, { multipart: true }), headers };
    const look = findBegun(this.#rest, place);
    const answer = await ofTarget(async () => await this.#once(change, look, options));
    return fileIn(answer);
  }

  /**
   * `PUT /v1pre3/files/{id}/parts/{number}`; sent again it replaces the one before. Answers the part's ETag.
   * @throws ApiError `unavailable` when the service received other bytes
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
    const answer = await ofUpload(async () => await this.#rest.change(change, patient));
    const etag = decodeResponse(answer, () => decodeEtag(decodeEnvelope(answer.json), "Response"));
    if (etag.toLowerCase() === md5) return etag;
    throw otherBytes(answer, `part ${number} arrived with ETag ${etag}, sent with MD5 ${md5}`);
  }

  /**
   * Makes one file of the parts: `POST /v1pre3/files/{id}?uploadstatus=complete`.
   * @throws ApiError `unavailable` when the file is not `sizeBytes` long
   */
  async complete(
    { fileId, sizeBytes }: { readonly fileId: FileId; readonly sizeBytes: number },
    options: CallOptions = {},
  ): Promise<FileEntry> {
    const path = `/v1pre3/files/${segment(fileId)}`;
    const look: FindEffect = async (_sent, looking) => {
      const answer = await this.#rest.get(path, {}, looking);
      return fileIn(answer).uploadStatus === "complete" ? answer : undefined;
    };
    const change = { method: "POST", path, query: { uploadstatus: "complete" } } as const;
    const answered = await ofUpload(async () => await this.#once(change, look, options));
    return this.#checked(answered, { sizeBytes });
  }

  /** The complete file that a path shows, if it is one of the newest hundred: `GET …/files`. */
  async newest(place: UploadPlace, options: CallOptions = {}): Promise<FileEntry | undefined> {
    return await newestOf(this.#rest, place, options);
  }

  /** Gives an upload in parts up: `POST /v1pre3/files/{id}?uploadstatus=aborted`. */
  async abort(fileId: FileId, options: CallOptions = {}): Promise<void> {
    const path = `/v1pre3/files/${segment(fileId)}`;
    const query = { uploadstatus: "aborted" };
    await this.#rest.change({ method: "POST", path, query, isRepeatable: true }, options);
  }

  async #once(
    change: IdempotentChange,
    look: FindEffect,
    options: CallOptions,
  ): Promise<JsonResponse> {
    return await this.#onceOnly.run(change, { findEffect: look, options: this.#patient(options) });
  }

  #patient(options: CallOptions): CallOptions {
    return { totalMs: this.#writeDeadlineMs, ...options };
  }

  #checked(
    answer: JsonResponse,
    { md5, sizeBytes }: { readonly md5?: string; readonly sizeBytes: number },
  ): FileEntry {
    const file = fileIn(answer);
    if (file.uploadStatus !== undefined && file.uploadStatus !== "complete") {
      throw otherBytes(answer, `file ${file.id} is ${file.uploadStatus}, not complete`);
    }
    if (file.sizeBytes !== sizeBytes) {
      throw otherBytes(answer, `file ${file.id} has ${file.sizeBytes} bytes of ${sizeBytes}`);
    }
    if (md5 !== undefined && file.etag !== undefined && file.etag.toLowerCase() !== md5) {
      throw otherBytes(answer, `file ${file.id} has ETag ${file.etag}, was sent with MD5 ${md5}`);
    }
    return file;
  }
}

function newFile(place: UploadPlace, more: Query): Pick<Change, "method" | "path" | "query"> {
  const cut = place.path.lastIndexOf("/");
  const query = {
    name: place.path.slice(cut + 1),
    directory: cut === -1 ? undefined : place.path.slice(0, cut),
    ...more,
  };
  return { method: "POST", path: filesPathOf(place), query };
}

function contentHeaders(place: UploadPlace, md5: string): Record<string, string> {
  const base64 = Buffer.from(md5, "hex").toString("base64");
  return { "content-type": contentTypeOf(place), "content-md5": base64 };
}

function contentTypeOf(place: UploadPlace): string {
  return place.contentType ?? "application/octet-stream";
}

function otherBytes(answer: JsonResponse, problem: string): ApiError {
  const facts = { ...answer.request, status: answer.status };
  return new ApiError("unavailable", facts, problem);
}
