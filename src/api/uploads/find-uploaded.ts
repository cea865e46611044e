import { compareIds } from "../../core/compare-ids.ts";
import type { FileId } from "../../core/ids.ts";
import { segment } from "../transport/address.ts";
import { decodeEnvelope, decodePage } from "../models/envelope.ts";
import { decodeFile } from "../models/file.ts";
import type { FileEntry } from "../models/models.ts";
import { decodeResponse } from "../models/decode-response.ts";
import type { JsonResponse } from "../transport/evaluate-response.ts";
import type { CallOptions, Query, Rest } from "../transport/rest.ts";
import type { FindEffect } from "../transport/idempotency.ts";
import { partsOf } from "./list-parts.ts";
import { filesPathOf, type UploadDestination } from "./upload-destination.ts";

/** Files in a page of the newest. */
const PAGE = 100;

/** What identifies the file that was sent. */
export interface UploadFingerprint {
  readonly destination: UploadDestination;
  readonly sizeBytes: number;
  /** In lower-case hex; the ETag of a file that was uploaded in one request. */
  readonly md5: string;
  /** As that of {@link WholeOptions}. */
  readonly existedBefore?: WholeOptions["existedBefore"] | undefined;
}

/** Options of an upload in one request. */
export interface WholeOptions {
  /**
   * Whether the caller knows the complete file with this Id from before the call. Such a file is not what was uploaded,
   * even if it has the same path and bytes: it may be hidden on this machine, or too old. Default: none is known.
   */
  readonly existedBefore?: (fileId: FileId) => boolean | Promise<boolean>;
}

/**
 * Finds the file of an upload whose response was lost: `GET …/files`, the newest first. Returns the complete file in
 * the form of `GET /files/{id}`.
 */
export function findUploaded(rest: Rest, wanted: UploadFingerprint): FindEffect {
  return async (attempt, options) => {
    const { destination, sizeBytes, md5, existedBefore } = wanted;
    // Only the newest file counts: an older one with the same bytes is not what the path shows.
    const isOlder: IsOlder = (file, listed) => file.dateCreated < attempt.earliestEffect(listed);
    const newest = await newestOf(rest, destination, options, isOlder);
    if (newest?.sizeBytes !== sizeBytes || attempt.isFromOtherCall(newest.id)) return undefined;
    if ((await existedBefore?.(newest.id)) === true) return undefined;
    const found = await single(rest, newest, options);
    const { etag } = fileIn(found);
    if (etag === undefined) return "unclear";
    return etag.toLowerCase() === md5 ? found : undefined;
  };
}

/**
 * Finds the pending file of an upload in parts whose response was lost: an empty pending file with the path that is
 * not older than the call, nor than the complete file that the path shows: a request that was aborted can have left one
 * behind, and what is uploaded to that would be an older version. A file that has parts already belongs to another
 * mount that uploads to the same path. One that another mount has begun in the same moments and sent no part to cannot
 * be told from this one's; the ETag of the complete file shows then that it has foreign parts. If the service does not
 * list pending files, none is found: the upload begins again, and the pending file that the first request may have made
 * stays empty and is never shown.
 */
export function findBegun(rest: Rest, destination: UploadDestination): FindEffect {
  return async (attempt, options) => {
    const pending = { Statuses: "pending" };
    const { files, listed } = await newestFiles(rest, destination, pending, options);
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
    const parts = await partsOf(rest, begun.id, options);
    if (parts !== undefined && parts.length > 0) return undefined;
    const shown = await newestOf(rest, destination, options);
    return shown !== undefined && newestFirst(shown, begun) < 0 ? undefined : found;
  };
}

/** Whether a file is older than what is searched for. `listed` is the response that it was in. */
export type IsOlder = (file: FileEntry, listed: JsonResponse) => boolean;

/**
 * The file that a path shows, when it is one of the newest hundred, or is found before a file that `isOlder`: then all
 * files after it are older too.
 */
export async function newestOf(
  rest: Rest,
  destination: UploadDestination,
  options: CallOptions,
  isOlder: IsOlder = () => true,
): Promise<FileEntry | undefined> {
  for (let offset = 0; ; offset += PAGE) {
    const page = offset === 0 ? {} : { Offset: offset };
    const { files, listed } = await newestFiles(rest, destination, page, options);
    const [newest] = files.filter(({ path }) => path === destination.path).toSorted(newestFirst);
    if (newest !== undefined) return newest;
    // What comes meanwhile is in front, so no file is missed.
    const last = files.at(-1);
    if (last === undefined || files.length < PAGE || isOlder(last, listed)) return undefined;
  }
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
  const query = { SortBy: "DateCreated", SortDir: "Desc", Limit: PAGE, ...more };
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
