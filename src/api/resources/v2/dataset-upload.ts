import { decodePage } from "../../models/envelope.ts";
import { decodeFile } from "../../models/file.ts";
import { ApiError } from "../../transport/errors.ts";
import type { FileEntry } from "../../models/models.ts";
import { decoded, type ResourceClient, resourceOf } from "../version-client.ts";
import type { CallOptions } from "../../transport/rest.ts";
import type { FindEffect } from "../../transport/idempotency.ts";
import type { StorePuts } from "../../uploads/store-puts.ts";
import { md5OfBytes } from "../../uploads/md5-of-bytes.ts";
import { checkUploadPath } from "../../uploads/upload-place.ts";
import type { UploadBody } from "../../uploads/uploads.ts";
import { partsEtag, uploadPresigned } from "./presigned-upload.ts";

export interface DatasetFile {
  /** Folders and name, separated by `/`, without a leading one. */
  readonly path: string;
  /** Default `application/octet-stream`. */
  readonly contentType?: string;
}

export interface DatasetUpload {
  /** Of the dataset, behind the version. */
  readonly path: string;
  readonly file: DatasetFile;
  readonly body: UploadBody;
}

const OCTETS = "application/octet-stream";

/** A file is found on the first page or is not there: it would be the newest. */
const NEWEST = { sortby: "DateCreated", sortdir: "Desc", limit: 100 };

/** What is longer goes to the object store itself. */
const MAX_FORM_BYTES = 25_000_000;

/** Sends a file, as a form or in parts, and checks what arrived. @throws BsmountError `invalid`; ApiError */
export async function uploadIntoDataset(
  client: ResourceClient,
  store: StorePuts,
  { path, file, body: { bytes, md5 } }: DatasetUpload,
  options: CallOptions,
): Promise<FileEntry> {
  checkUploadPath(file.path);
  const isLong = bytes.length > MAX_FORM_BYTES;
  const etag = isLong ? await partsEtag(bytes) : (md5 ?? (await md5OfBytes(bytes)));
  const filesPath = `/v2/${path}/files`;
  const wanted = { path: file.path, sizeBytes: bytes.length, etag };
  const look = lookFor(client, filesPath, wanted);
  const contentType = file.contentType ?? OCTETS;
  const presigned = { path, filePath: file.path, contentType, bytes, look };
  const answer = isLong
    ? await uploadPresigned(client, store, presigned, options)
    : await client.once(
        { method: "POST", path: filesPath, ...(await formOf(file, bytes)) },
        look,
        options,
      );
  const sent = resourceOf(answer, decodeFile, "v2");
  // The ETag of what came in parts is the store's own affair; that of each part was compared.
  if (isSame(sent, isLong ? { ...wanted, etag: undefined } : wanted)) return sent;
  const arrived = `${sent.sizeBytes} bytes with ETag ${sent.etag ?? "none"}`;
  const problem = `file ${sent.id} has ${arrived}, sent were ${bytes.length} with ETag ${etag}`;
  throw new ApiError("unavailable", { ...answer.request, status: answer.status }, problem);
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

/** An older file of the same bytes will not do: what came after it would stay the newest. */
function lookFor({ rest }: ResourceClient, filesPath: string, wanted: Wanted): FindEffect {
  return async (sent, options) => {
    const listed = await rest.get(filesPath, NEWEST, options);
    return decoded(listed, () => {
      for (const [index, item] of decodePage(listed.json).items.entries()) {
        const file = decodeFile(item, `Items[${index}]`);
        if (file.path !== wanted.path) continue;
        if (sent.isFromOtherCall(file.id) || file.sizeBytes !== wanted.sizeBytes) return undefined;
        if (file.etag === undefined) return "unclear";
        return isSame(file, wanted) ? { ...listed, json: item } : undefined;
      }
      return undefined;
    });
  };
}

interface Form {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

async function formOf({ path, contentType }: DatasetFile, bytes: Uint8Array): Promise<Form> {
  const cut = path.lastIndexOf("/");
  const form = new FormData();
  const name = path.slice(cut + 1);
  if (cut > 0) form.append("directory", path.slice(0, cut));
  // A quote in a file's own name is escaped, and nobody says whether that is undone.
  form.append("name", name);
  const type = contentType ?? OCTETS;
  form.append("file", new File([Buffer.from(bytes)], name, { type }));
  const encoded = new Response(form);
  return {
    headers: { "content-type": encoded.headers.get("content-type") ?? "" },
    body: new Uint8Array(await encoded.arrayBuffer()),
  };
}
