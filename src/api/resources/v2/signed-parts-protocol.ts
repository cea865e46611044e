import { z } from "zod";
import type { PartToSend, UploadProtocol } from "../../../upload/upload-protocol.ts";
import type { StorePuts } from "../../content/store-puts.ts";
import { type Decode, parse } from "../../models/parse.ts";
import { text } from "../../models/wire.ts";
import { DecodeError } from "../../transport/errors.ts";
import type { FindEffect } from "../../transport/idempotency.ts";
import type { JsonResponse } from "../../transport/evaluate-response.ts";
import type { CallOptions } from "../../transport/rest.ts";
import type { VersionClients } from "../version-client.ts";
import { abortPendingFile } from "./abort-upload.ts";

/*
 * Uploads whose parts go to the object store directly: the API signs a link for each part in advance, and makes one
 * file of the parts. No document says how a link is assembled from template and signature. A template without
 * placeholders for them is refused, and so is one with the signature outside the query, where the logs of servers
 * and proxies would keep it.
 */

export interface SignedPartsUpload {
  /** The path of what takes the file, without the version: `datasets/ds.…`. */
  readonly path: string;
  readonly filePath: string;
  readonly contentType: string;
  /** How many parts the file has: the service signs a link for each. */
  readonly partCount: number;
  /** Finds the file when the response to its completion was lost. */
  readonly findEffect: FindEffect;
}

const info = z.object({
  MultipartUploadId: text.min(1),
  MultipartTemplate: text,
  MultipartSignatures: z.array(text),
});

type Info = z.output<typeof info>;

const decodeInfo: Decode<Info> = (value, at) => parse(info, value, at);

/** The links for the parts of an upload. */
interface SignedLinks {
  readonly uploadId: string;
  readonly urls: readonly string[];
}

/**
 * `GET /v2/{path}/file-upload-info`, a `PUT` to the object store for each part, and `POST` of the same path to
 * complete the file.
 */
export class SignedPartsProtocol implements UploadProtocol<JsonResponse, JsonResponse> {
  readonly #clients: VersionClients;
  readonly #store: StorePuts;
  readonly #upload: SignedPartsUpload;
  readonly #options: CallOptions;
  readonly #etags: string[] = [];
  #links: SignedLinks | undefined;

  constructor(
    clients: VersionClients,
    store: StorePuts,
    upload: SignedPartsUpload,
    options: CallOptions,
  ) {
    this.#clients = clients;
    this.#store = store;
    this.#upload = upload;
    this.#options = options;
  }

  async begin(signal: AbortSignal): Promise<JsonResponse> {
    const { path, filePath, partCount } = this.#upload;
    const query = { filepath: filePath, uploadpartcount: partCount };
    const options = { ...this.#options, signal };
    return await this.#clients.v2.get(`${path}/file-upload-info`, query, options);
  }

  async sendPart(
    begun: JsonResponse,
    { number, bytes }: PartToSend,
    signal: AbortSignal,
  ): Promise<void> {
    const url = this.#linksOf(begun).urls[number - 1];
    if (url === undefined) throw new RangeError(`no link was signed for part ${number}`);
    this.#etags[number - 1] = await this.#store.put(url, bytes, { ...this.#options, signal });
  }

  async complete(
    begun: JsonResponse,
    sizeBytes: number,
    signal: AbortSignal,
  ): Promise<JsonResponse> {
    const { path, filePath, contentType, findEffect } = this.#upload;
    const body = {
      UploadId: this.#linksOf(begun).uploadId,
      FilePath: filePath,
      PartEtags: this.#etags,
      Size: sizeBytes,
      ContentType: contentType,
    };
    const change = { method: "POST", path: `${path}/file-upload-info`, body } as const;
    const options = { ...this.#options, signal };
    return await this.#clients.v2.changeOnce(change, findEffect, options);
  }

  async abort(begun: JsonResponse, signal: AbortSignal): Promise<void> {
    const { path, filePath } = this.#upload;
    await abortPendingFile(this.#clients, { path, filePath, begun }, signal);
  }

  /** @throws DecodeError */
  #linksOf(begun: JsonResponse): SignedLinks {
    this.#links ??= signedLinks(this.#clients.v2.decode(begun, decodeInfo));
    if (this.#links?.urls.length === this.#upload.partCount) return this.#links;
    const facts = { ...begun.request, status: begun.status };
    throw new DecodeError("unavailable", facts, "the links for the parts cannot be put together");
  }
}

/** Undefined for a template that no link can be assembled from. */
function signedLinks(info: Info): SignedLinks | undefined {
  const { MultipartUploadId: uploadId, MultipartTemplate: template } = info;
  if (!isTemplate(template)) return undefined;
  const urls = info.MultipartSignatures.map((signature, at) =>
    template
      .replaceAll("{PartNumber}", String(at + 1))
      .replaceAll("{Signature}", encodeURIComponent(signature)),
  );
  return { uploadId, urls };
}

function isTemplate(template: string): boolean {
  const [link = ""] = template.split("#");
  const queryAt = link.indexOf("?");
  const isSigned = queryAt !== -1 && link.indexOf("{Signature}") > queryAt;
  return isSigned && link.includes("{PartNumber}");
}
