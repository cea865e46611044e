import { segment } from "../address.ts";
import { decodeEnvelope, decodePage } from "../decode/answers.ts";
import { decodeFile } from "../decode/file.ts";
import { decoded } from "../resource-client.ts";
import type { CallOptions, JsonAnswer, Rest } from "../rest.ts";
import type { UploadPlace } from "./upload-place.ts";

/** A file is found on the first page or is not there: it would be the newest. */
const NEWEST = 100;

/** What tells that a file is the one that was sent. */
export interface Uploaded extends UploadPlace {
  readonly sizeBytes: number;
  /** In lower-case hex; the ETag of a file that came in one piece. */
  readonly md5: string;
}

/**
 * Looks whether an upload arrived of which no answer came: `GET /v1pre3/appresults/{id}/files`, the newest
 * first. Answers the complete file in its single form.
 */
export async function findUploaded(
  rest: Rest,
  wanted: Uploaded,
  options: CallOptions,
): Promise<JsonAnswer | undefined> {
  const query = { SortBy: "DateCreated", SortDir: "Desc", Limit: NEWEST };
  const listed = await rest.get(
    `/v1pre3/appresults/${segment(wanted.appResultId)}/files`,
    query,
    options,
  );
  const file = decoded(listed, () =>
    decodePage(decodeEnvelope(listed.json)).items.map((item, index) =>
      decodeFile(item, `Items[${index}]`),
    ),
  ).find(
    ({ path, sizeBytes, etag }) =>
      path === wanted.path && sizeBytes === wanted.sizeBytes && isSame(etag, wanted.md5),
  );
  if (file === undefined) return undefined;
  return await rest.get(`/v1pre3/files/${segment(file.id)}`, {}, options);
}

/** Lists without ETags are told apart by path and size. */
function isSame(etag: string | undefined, md5: string): boolean {
  return etag === undefined || etag.toLowerCase() === md5;
}
