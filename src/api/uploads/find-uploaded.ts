import { compareIds } from "../../core/compare-ids.ts";
import { segment } from "../transport/address.ts";
import { decodeEnvelope, decodePage } from "../models/envelope.ts";
import { decodeFile } from "../models/file.ts";
import type { FileEntry } from "../models/models.ts";
import { decodeResponse } from "../models/decode-response.ts";
import type { CallOptions, JsonResponse, Query, Rest } from "../transport/rest.ts";
import type { FindEffect } from "../transport/idempotency.ts";
import { filesPathOf, type UploadPlace } from "./upload-destination.ts";

/** A file is found on the first page or is not there: it would be the newest. */
const NEWEST = 100;

/** What tells that a file is the one that was sent. */
export interface Uploaded {
  readonly place: UploadPlace;
  readonly sizeBytes: number;
  /** In lower-case hex; the ETag of a file that came in one piece. */
  readonly md5: string;
}

/**
 * Looks whether an upload arrived of which no answer came: `GET …/files`, the newest first. Answers the
 * complete file in its single form.
 */
export function findUploaded(rest: Rest, wanted: Uploaded): FindEffect {
  return async (sent, options) => {
    const { place, sizeBytes, md5 } = wanted;
    // An older one of the same bytes will not do: what came after it would stay the newest.
    const newest = await newestOf(rest, place, options);
    if (newest?.sizeBytes !== sizeBytes || sent.isFromOtherCall(newest.id)) return undefined;
    const found = await single(rest, newest, options);
    const { etag } = fileIn(found);
    if (etag === undefined) return "unclear";
    return etag.toLowerCase() === md5 ? found : undefined;
  };
}

/**
 * Looks whether an upload in parts began of which no answer came: a pending file of that path, without a
 * byte, that is not older than the call. A service that lists no pending files shows none; the empty one
 * that is then left behind is never seen by anybody.
 */
export function findBegun(rest: Rest, place: UploadPlace): FindEffect {
  return async (sent, options) => {
    const { files, listed } = await newestFiles(rest, place, { Statuses: "pending" }, options);
    const earliest = sent.earliestEffect(listed);
    const [begun, ...more] = files.filter(
      (each) =>
        each.path === place.path &&
        each.sizeBytes === 0 &&
        each.dateCreated >= earliest &&
        !sent.isFromOtherCall(each.id),
    );
    if (begun === undefined) return undefined;
    const found = await single(rest, begun, options);
    if (fileIn(found).uploadStatus !== "pending") return undefined;
    return more.length > 0 ? "unclear" : found;
  };
}

/** The file that a path shows, when it is one of the newest. */
export async function newestOf(
  rest: Rest,
  place: UploadPlace,
  options: CallOptions,
): Promise<FileEntry | undefined> {
  const { files } = await newestFiles(rest, place, {}, options);
  return files.filter(({ path }) => path === place.path).toSorted(newestFirst)[0];
}

/** The file that an answer is about. @throws DecodeError */
export function fileIn(answer: JsonResponse): FileEntry {
  return decodeResponse(answer, () => decodeFile(decodeEnvelope(answer.json), "Response"));
}

async function newestFiles(
  rest: Rest,
  place: UploadPlace,
  more: Query,
  options: CallOptions,
): Promise<{ readonly files: readonly FileEntry[]; readonly listed: JsonResponse }> {
  const query = { SortBy: "DateCreated", SortDir: "Desc", Limit: NEWEST, ...more };
  const listed = await rest.get(filesPathOf(place), query, options);
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
