import { compareIds } from "../../core/compare-ids.ts";
import { segment } from "../transport/address.ts";
import { decodeEnvelope, decodePage } from "../models/envelope.ts";
import { decodeFile } from "../models/file.ts";
import type { FileEntry } from "../models/models.ts";
import { decodeResponse } from "../models/decode-response.ts";
import type { CallOptions, JsonResponse, Query, Rest } from "../transport/rest.ts";
import type { FindEffect } from "../transport/idempotency.ts";
import { filesPathOf, type UploadDestination } from "./upload-destination.ts";

/** A file that was uploaded just now is the newest, or was not uploaded. */
const NEWEST = 100;

/** What identifies the file that was sent. */
export interface UploadFingerprint {
  readonly destination: UploadDestination;
  readonly sizeBytes: number;
  /** In lower-case hex; the ETag of a file that was uploaded in one request. */
  readonly md5: string;
}

/**
 * Finds the file of an upload whose response was lost: `GET …/files`, the newest first. Returns the complete file in
 * the form of `GET /files/{id}`.
 */
export function findUploaded(rest: Rest, wanted: UploadFingerprint): FindEffect {
  return async (attempt, options) => {
    const { destination, sizeBytes, md5 } = wanted;
    // Only the newest file counts: an older one with the same bytes is not what the path shows.
    const newest = await newestOf(rest, destination, options);
    if (newest?.sizeBytes !== sizeBytes || attempt.isFromOtherCall(newest.id)) return undefined;
    const found = await single(rest, newest, options);
    const { etag } = fileIn(found);
    if (etag === undefined) return "unclear";
    return etag.toLowerCase() === md5 ? found : undefined;
  };
}

/**
 * Finds the pending file of an upload in parts whose response was lost: an empty pending file with the path that is
 * not older than the call, nor than the complete file that the path shows: a request that was aborted can have left one
 * behind, and what is uploaded to that would be an older version. If the service does not list pending files, none is found: the upload begins again,
 * and the pending file that the first request may have made stays empty and is never shown.
 */
export function findBegun(rest: Rest, destination: UploadDestination): FindEffect {
  return async (attempt, options) => {
    const { files, listed } = await newestFiles(
      rest,
      destination,
      { Statuses: "pending" },
      options,
    );
    const earliest = attempt.earliestEffect(listed);
    const [begun, ...more] = files.filter(
      (each) =>
        each.path === destination.path &&
        each.sizeBytes === 0 &&
        each.dateCreated >= earliest &&
        !attempt.isFromOtherCall(each.id),
    );
    if (begun === undefined) return undefined;
    const found = await single(rest, begun, options);
    if (fileIn(found).uploadStatus !== "pending") return undefined;
    if (more.length > 0) return "unclear";
    const shown = await newestOf(rest, destination, options);
    return shown !== undefined && newestFirst(shown, begun) < 0 ? undefined : found;
  };
}

/** The file that a path shows, when it is one of the newest. */
export async function newestOf(
  rest: Rest,
  destination: UploadDestination,
  options: CallOptions,
): Promise<FileEntry | undefined> {
  const { files } = await newestFiles(rest, destination, {}, options);
  return files.filter(({ path }) => path === destination.path).toSorted(newestFirst)[0];
}

/** The file in a response. @throws DecodeError */
export function fileIn(response: JsonResponse): FileEntry {
  return decodeResponse(response, () => decodeFile(decodeEnvelope(response.json), "Response"));
}

async function newestFiles(
  rest: Rest,
  destination: UploadDestination,
  more: Query,
  options: CallOptions,
): Promise<{ readonly files: readonly FileEntry[]; readonly listed: JsonResponse }> {
  const query = { SortBy: "DateCreated", SortDir: "Desc", Limit: NEWEST, ...more };
  const listed = await rest.get(filesPathOf(destination), query, options);
  const files = decodeResponse(listed, () =>
    decodePage(decodeEnvelope(listed.json)).items.map((item, index) =>
      decodeFile(item, `Items[${index}]`),
    ),
  );
  return { files, listed };
}

async function single(rest: Rest, { id }: FileEntry, options: CallOptions): Promise<JsonResponse> {
  return await rest.get(`/v1pre3/files/${segment(id)}`, {}, options);
}

/** Dates are whole seconds. */
function newestFirst(a: FileEntry, b: FileEntry): number {
  return b.dateCreated.getTime() - a.dateCreated.getTime() || compareIds(b.id, a.id);
}
