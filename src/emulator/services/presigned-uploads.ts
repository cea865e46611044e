import { neverAborted } from "../../core/abort.ts";
import type { Context } from "./context.ts";
import type { ApiCall } from "../access/api-call.ts";
import { type Fields, textField } from "../http/body.ts";
import { fileType } from "../http/media-type.ts";
import { badRequest, conflict } from "../http/problem.ts";
import type { BaseSpaceFile } from "../state/entities.ts";
import type { State } from "../state/state.ts";
import { partNumber, uploadPath } from "./upload-rules.ts";
import type { UploadParent, Uploads } from "./uploads.ts";

/*
 * Uploads that go to the object store itself, by links that the API signs beforehand. The upload's Id is
 * that of the file that waits for its parts; without a number of parts there is one link for all bytes.
 */

/** Begins an upload to `filepath`; gives its links. @throws Problem 400, 403, 409 */
export async function presign(
  { links }: Context,
  uploads: Uploads,
  call: ApiCall,
  parent: UploadParent,
): Promise<object> {
  const { query } = call;
  const path = uploadPath("", query.get("filepath") ?? "");
  const asked = query.get("uploadpartcount");
  const count = asked === undefined ? 1 : partNumber(asked);
  uploads.target(call, parent);
  const contentType = fileType(undefined);
  const file = { parent, path, contentType };
  const { id } = await uploads.begin(call, file, asked !== undefined);
  const signed = links.signParts(id, count);
  const ServerSideEncryption = "AES256";
  if (asked === undefined) return { SinglePartUrl: signed.url(1), ServerSideEncryption };
  return {
    MultipartUploadId: id,
    MultipartTemplate: signed.template,
    MultipartSignatures: signed.signatures,
    ServerSideEncryption,
  };
}

/**
 * Makes one file of what came. Asked again, it gives the finished file.
 *
 * @throws Problem 400 for an unknown upload, 409 for other parts than are said
 */
export async function completePresigned(
  { state }: Context,
  uploads: Uploads,
  call: ApiCall,
  { parent, fields }: { readonly parent: UploadParent; readonly fields: Fields },
): Promise<BaseSpaceFile> {
  call.guard.need("write", parent.noun, parent.id);
  const said = textField(fields, "ContentType");
  const contentType = said === undefined ? undefined : fileType(said);
  const id = await state.transact((draft) => {
    const file = uploadOf(state, parent, fields);
    if (file.uploadStatus === "complete") return file.id;
    uploads.target(call, parent);
    checkParts(file, fields);
    if (contentType !== undefined) draft.put("files", { ...file, contentType });
    return file.id;
  });
  return await uploads.complete(id, neverAborted);
}

/** The upload that `UploadId` names, else the newest at `FilePath`, of those that wait if any does. */
function uploadOf(state: State, parent: UploadParent, fields: Fields): BaseSpaceFile {
  const id = textField(fields, "UploadId");
  const path = uploadPath("", textField(fields, "FilePath") ?? "");
  const uploads = [...state.indexes.filesOf(parent)]
    .map((each) => state.need("files", each))
    .filter((file) => file.path === path && file.removed !== true)
    .filter((file) => id === undefined || file.id === id);
  const found =
    uploads.findLast(({ uploadStatus }) => uploadStatus === "pending") ??
    uploads.findLast((file) => file.uploadStatus === "complete" && isOfSize(file, fields));
  if (found === undefined) throw badRequest(`No upload of ${path} waits to be completed`);
  return found;
}

/** A finished file that is asked for again has the size that is said, if one is. */
function isOfSize({ sizeBytes }: BaseSpaceFile, fields: Fields): boolean {
  const size = textField(fields, "Size");
  return size === undefined || Number(size) === sizeBytes;
}

function checkParts({ id, parts }: BaseSpaceFile, fields: Fields): void {
  const size = textField(fields, "Size");
  const sizeBytes = parts.reduce((bytes, part) => bytes + part.sizeBytes, 0);
  if (size !== undefined && Number(size) !== sizeBytes) {
    throw conflict(`File ${id} has ${sizeBytes} bytes, not ${size}`);
  }
  const etags = fields.get("partetags") ?? [];
  if (!Array.isArray(etags)) throw badRequest("PartEtags is not a list");
  const ordered = parts.toSorted((a, b) => a.number - b.number).map(({ md5 }) => md5);
  const said = etags.map((etag: unknown) => String(etag).replaceAll('"', "").toLowerCase());
  if (said.length > 0 && said.join() !== ordered.join()) {
    throw conflict(`The parts of file ${id} are not those that PartEtags names`);
  }
}
