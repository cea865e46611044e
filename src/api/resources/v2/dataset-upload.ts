import { createHash } from "node:crypto";
import { neverAborted } from "../../../core/abort.ts";
import { MAX_PART_BYTES, MAX_WHOLE_BYTES } from "../../../upload/limits.ts";
import { MultipartUpload } from "../../../upload/multipart-upload.ts";
import { evenParts, type UploadPart } from "../../../upload/part-sizes.ts";
import type { StorePuts } from "../../content/store-puts.ts";
import { md5OfBytes } from "../../digests/md5-of-bytes.ts";
import { decodeFile } from "../../models/file.ts";
import type { FileEntry } from "../../models/models.ts";
import type { Decode } from "../../models/parse.ts";
import { ApiError } from "../../transport/errors.ts";
import type { FindEffect } from "../../transport/idempotency.ts";
import type { JsonResponse } from "../../transport/evaluate-response.ts";
import type { CallOptions } from "../../transport/rest.ts";
import { checkUploadPath } from "../../uploads/upload-destination.ts";
import type { UploadBody } from "../../uploads/uploads.ts";
import type { VersionClient, VersionClients } from "../version-client.ts";
import { SignedPartsProtocol, type SignedPartsUpload } from "./signed-parts-protocol.ts";

/** A file that is uploaded into a dataset. */
export interface DatasetFile {
  /** Folders and name, separated by `/`, without a leading one. */
  readonly path: string;
  /** Default `application/octet-stream`. */
  readonly contentType?: string;
}

export interface DatasetUpload {
  /** The path of the dataset, without the version. */
  readonly path: string;
  readonly file: DatasetFile;
  readonly body: UploadBody;
}

const DEFAULT_CONTENT_TYPE = "application/octet-stream";

/** A file that was uploaded just now is the newest, or was not uploaded. */
const NEWEST = { sortby: "DateCreated", sortdir: "Desc", limit: 100 };

/** Sends a file, as a form or in parts, and checks what arrived. @throws BsmountError `invalid`; ApiError */
export async function uploadIntoDataset(
  clients: VersionClients,
  store: StorePuts,
  { path, file, body: { bytes, md5 } }: DatasetUpload,
  options: CallOptions,
): Promise<FileEntry> {
  checkUploadPath(file.path);
  const { v2 } = clients;
  const isInParts = bytes.length > MAX_WHOLE_BYTES;
  const parts = evenParts(bytes.length, MAX_PART_BYTES);
  const etag = isInParts ? await partsEtag(bytes, parts) : (md5 ?? (await md5OfBytes(bytes)));
  const wanted = { path: file.path, sizeBytes: bytes.length, etag };
  const findEffect = findUploaded(v2, `${path}/files`, wanted);
  const contentType = file.contentType ?? DEFAULT_CONTENT_TYPE;
  const upload = { path, filePath: file.path, contentType, findEffect };
  const response = isInParts
    ? await sendParts(clients, store, { ...upload, bytes, parts }, options)
    : await v2.changeOnce(
        { method: "POST", path: `${path}/files`, ...(await formOf(upload, bytes)) },
        findEffect,
        options,
      );
  const sent = v2.decode(response, decodeFile);
  // The ETag of a file that came in parts depends on the store; that of each part was compared.
  if (isSame(sent, isInParts ? { ...wanted, etag: undefined } : wanted)) return sent;
  const arrived = `${sent.sizeBytes} bytes with ETag ${sent.etag ?? "none"}`;
  const problem = `file ${sent.id} has ${arrived}, sent were ${bytes.length} with ETag ${etag}`;
  throw new ApiError("unavailable", { ...response.request, status: response.status }, problem);
}

interface PartsUpload extends Omit<SignedPartsUpload, "partCount"> {
  readonly bytes: Uint8Array;
  readonly parts: readonly UploadPart[];
}

/** One part after the other, straight to the object store. */
async function sendParts(
  clients: VersionClients,
  store: StorePuts,
  { bytes, parts, ...upload }: PartsUpload,
  options: CallOptions,
): Promise<JsonResponse> {
  const signed = { ...upload, partCount: parts.length };
  const protocol = new SignedPartsProtocol(clients, store, signed, options);
  return await new MultipartUpload(protocol).run<UploadPart>(
    {
      parts,
      parallel: 1,
      sendPart: async ({ number, start, end }, send) => {
        await send({ number, bytes: bytes.subarray(start, end) });
        return end - start;
      },
      // The file may be complete: aborting it could fail, or delete it.
      isKept: (error) => error instanceof ApiError && error.mayHaveSucceeded,
    },
    options.signal ?? neverAborted,
  );
}

/** The ETag that the object store gives a file that came in these parts: the MD5 of their MD5s. */
async function partsEtag(bytes: Uint8Array, parts: readonly UploadPart[]): Promise<string> {
  const digests = createHash("md5");
  for (const { start, end } of parts) {
    digests.update(await md5OfBytes(bytes.subarray(start, end)), "hex");
  }
  return `${digests.digest("hex")}-${parts.length}`;
}

interface Wanted {
  readonly path: string;
  readonly sizeBytes: number;
  /** Undefined for any. */
  readonly etag: string | undefined;
}

function isSame(sent: FileEntry, { sizeBytes, etag = sent.etag }: Wanted): boolean {
  return sent.sizeBytes === sizeBytes && (sent.etag ?? etag)?.toLowerCase() === etag?.toLowerCase();
}

/** Only the newest file of the path counts: an older one with the same bytes is not what the path would show. */
function findUploaded(v2: VersionClient, filesPath: string, wanted: Wanted): FindEffect {
  return async (attempt, options) => {
    const listed = await v2.get(filesPath, NEWEST, options);
    const decodeBoth: Decode<Listed> = (item, at) => ({ item, file: decodeFile(item, at) });
    const found = v2.decodeItems(listed, decodeBoth).find(({ file }) => file.path === wanted.path);
    if (found === undefined) return undefined;
    const { item, file } = found;
    if (attempt.isFromOtherCall(file.id) || file.sizeBytes !== wanted.sizeBytes) return undefined;
    if (file.etag === undefined) return "unclear";
    return isSame(file, wanted) ? { ...listed, json: item } : undefined;
  };
}

interface Listed {
  readonly item: unknown;
  readonly file: FileEntry;
}

interface Form {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

async function formOf(
  { filePath, contentType: type }: Pick<SignedPartsUpload, "filePath" | "contentType">,
  bytes: Uint8Array,
): Promise<Form> {
  const cut = filePath.lastIndexOf("/");
  const form = new FormData();
  const name = filePath.slice(cut + 1);
  if (cut > 0) form.append("directory", filePath.slice(0, cut));
  // The file name of the form escapes quotes, and no document says whether the service undoes that.
  form.append("name", name);
  form.append("file", new File([Buffer.from(bytes)], name, { type }));
  const encoded = new Response(form);
  return {
    headers: { "content-type": encoded.headers.get("content-type") ?? "" },
    body: new Uint8Array(await encoded.arrayBuffer()),
  };
}
