import { neverAborted } from "../../core/abort.ts";
import type { ApiCall } from "../access/api-call.ts";
import { type Fields, textField } from "../http/body.ts";
import { fileContentType } from "../http/media-type.ts";
import { badRequestProblem, conflictProblem } from "../http/problem.ts";
import type { BaseSpaceFile } from "../state/entities.ts";
import type { State } from "../state/state.ts";
import type { Context } from "./context.ts";
import { partNumber, uploadPath } from "./upload-rules.ts";
import type { UploadParent, Uploads } from "./uploads.ts";

/*
 * Uploads that clients send directly to the object store, to links that the API signs first. The upload's Id is that
 * of the pending file. A request without a part count gets one link for the whole content.
 */

/** Begins an upload to `filepath` and returns its links. @throws Problem 400, 403, 409 */
export async function presign(
  { links }: Context,
  uploads: Uploads,
  call: ApiCall,
  parent: UploadParent,
): Promise<object> {
  const { query } = call;
  const path = uploadPath("", query.get("filepath") ?? "");
  const requestedCount = query.get("uploadpartcount");
  const count = requestedCount === undefined ? 1 : partNumber(requestedCount);
  uploads.needParent(call, parent);
  const contentType = fileContentType(undefined);
  const file = { parent, path, contentType };
  const { id } = await uploads.begin(call, file, requestedCount !== undefined);
  const signed = links.signParts(id, count);
  const ServerSideEncryption = "AES256";
  if (requestedCount === undefined) return { SinglePartUrl: signed.url(1), ServerSideEncryption };
  return {
    MultipartUploadId: id,
    MultipartTemplate: signed.template,
    MultipartSignatures: signed.signatures,
    ServerSideEncryption,
  };
}

/**
 * Completes an upload. Repeated, it returns the complete file.
 *
 * @throws Problem 400 for an unknown upload, 409 if the parts are not those that the request names
 */
export async function completePresigned(
  { state }: Context,
  uploads: Uploads,
  call: ApiCall,
  { parent, fields }: { readonly parent: UploadParent; readonly fields: Fields },
): Promise<BaseSpaceFile> {
  call.guard.need("write", parent.noun, parent.id);
  const requestedType = textField(fields, "ContentType");
  const contentType = requestedType === undefined ? undefined : fileContentType(requestedType);
  const id = await state.transact((transaction) => {
    const file = findUpload(state, parent, fields);
    if (file.uploadStatus === "complete") return file.id;
    uploads.needParent(call, parent);
    checkParts(file, fields);
    if (contentType !== undefined) transaction.put("files", { ...file, contentType });
    return file.id;
  });
  return await uploads.complete(id, neverAborted);
}

/** The upload that `UploadId` names, or else the newest one at `FilePath`; pending uploads come first. */
function findUpload(state: State, parent: UploadParent, fields: Fields): BaseSpaceFile {
  const id = textField(fields, "UploadId");
  const path = uploadPath("", textField(fields, "FilePath") ?? "");
  const uploads = [...state.indexes.filesOf(parent)]
    .map((each) => state.need("files", each))
    .filter((file) => file.path === path && file.removed !== true)
    .filter((file) => id === undefined || file.id === id);
  const found =
    uploads.findLast(({ uploadStatus }) => uploadStatus === "pending") ??
    uploads.findLast((file) => file.uploadStatus === "complete" && hasExpectedSize(file, fields));
  if (found === undefined) throw badRequestProblem(`There is no upload of ${path} to complete`);
  return found;
}

/** A repeated request that names a size means a complete file of that size. */
function hasExpectedSize({ sizeBytes }: BaseSpaceFile, fields: Fields): boolean {
  const size = textField(fields, "Size");
  return size === undefined || Number(size) === sizeBytes;
}

function checkParts({ id, parts }: BaseSpaceFile, fields: Fields): void {
  const size = textField(fields, "Size");
  const sizeBytes = parts.reduce((bytes, part) => bytes + part.sizeBytes, 0);
  if (size !== undefined && Number(size) !== sizeBytes) {
    throw conflictProblem(`File ${id} has ${sizeBytes} bytes, not ${size}`);
  }
  const etags = fields.get("partetags") ?? [];
  if (!Array.isArray(etags)) throw badRequestProblem("PartEtags is not a list");
  const ordered = parts.toSorted((a, b) => a.number - b.number).map(({ md5 }) => md5);
  const requestedEtags = etags.map((etag: unknown) =>
    String(etag).replaceAll('"', "").toLowerCase(),
  );
  if (requestedEtags.length > 0 && requestedEtags.join() !== ordered.join()) {
    throw conflictProblem(`The parts of file ${id} are not those that PartEtags names`);
  }
}
