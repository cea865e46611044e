import { decodePage } from "../../decode/answers.ts";
import { decodeFile } from "../../decode/file.ts";
import { ApiError } from "../../errors.ts";
import type { FileEntry } from "../../models.ts";
import { decoded, type ResourceClient, resourceOf } from "../../resource-client.ts";
import type { CallOptions, JsonAnswer } from "../../rest.ts";
import type { Look } from "../../settled.ts";
import { md5OfBytes } from "../../uploads/md5-of-bytes.ts";
import type { UploadBody } from "../../uploads/uploads.ts";

export interface DatasetFile {
  /** Folders and name, separated by `/`, without a leading one. */
  readonly path: string;
  /** Default `application/octet-stream`. */
  readonly contentType?: string;
}

export interface DatasetUpload {
  /** Of the list that the file is added to, behind the version. */
  readonly path: string;
  readonly file: DatasetFile;
  readonly body: UploadBody;
}

/** A file is found on the first page or is not there: it would be the newest. */
const NEWEST = { sortby: "DateCreated", sortdir: "Desc", limit: 100 };

/** Sends a file as a form, checks what arrived. @throws ApiError */
export async function uploadIntoDataset(
  client: ResourceClient,
  { path: listPath, file, body }: DatasetUpload,
  options: CallOptions,
): Promise<FileEntry> {
  const md5 = body.md5 ?? (await md5OfBytes(body.bytes));
  const sizeBytes = body.bytes.length;
  const path = `/v2/${listPath}`;
  const isSame = (sent: FileEntry): boolean =>
    sent.sizeBytes === sizeBytes && (sent.etag === undefined || sent.etag.toLowerCase() === md5);
  const look = lookFor(client, path, (sent) => sent.path === file.path && isSame(sent), options);
  const change = { method: "POST", path, ...(await formOf(file, body.bytes)) } as const;
  const answer = await client.once(change, look, options);
  const sent = resourceOf(answer, decodeFile, "v2");
  if (isSame(sent)) return sent;
  const arrived = `${sent.sizeBytes} bytes with ETag ${sent.etag ?? "none"}`;
  const problem = `file ${sent.id} has ${arrived}, sent were ${sizeBytes} with MD5 ${md5}`;
  throw new ApiError("unavailable", { ...answer.request, status: answer.status }, problem);
}

function lookFor(
  { rest }: ResourceClient,
  path: string,
  isIt: (file: FileEntry) => boolean,
  options: CallOptions,
): Look {
  return async (): Promise<JsonAnswer | undefined> => {
    const listed = await rest.get(path, NEWEST, options);
    const { items } = decoded(listed, () => decodePage(listed.json));
    const found = decoded(listed, () =>
      items.find((item, index) => isIt(decodeFile(item, `Items[${index}]`))),
    );
    return found === undefined ? undefined : { ...listed, json: found };
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
  const type = contentType ?? "application/octet-stream";
  form.append("file", new File([Buffer.from(bytes)], name, { type }));
  const encoded = new Response(form);
  return {
    headers: { "content-type": encoded.headers.get("content-type") ?? "" },
    body: new Uint8Array(await encoded.arrayBuffer()),
  };
}
