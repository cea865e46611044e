import { segment } from "../../transport/address.ts";
import { decodePage } from "../../models/envelope.ts";
import { decodeFile } from "../../models/file.ts";
import type { FileEntry } from "../../models/models.ts";
import { decoded, resourceOf } from "../version-client.ts";
import type { CallOptions, JsonResponse, Rest } from "../../transport/rest.ts";

/** An upload that came to nothing. */
export interface FailedUpload {
  /** Of what was to take the file, behind the version. */
  readonly path: string;
  readonly filePath: string;
  /** The answer that began it. */
  readonly begun: JsonResponse;
}

/** It was begun just now, so it is among the newest. */
const NEWEST = { statuses: "pending", sortby: "DateCreated", sortdir: "Desc", limit: 100 };

/** Dates and the `Date` header are whole seconds, and the answer comes a little after the file. */
const SLACK_MS = 3000;

const TIMEOUT_MS = 5000;

/**
 * Gives the file up that waits for parts that will not come: `POST /v1pre3/files/{id}?uploadstatus=aborted`.
 * The service does not tell which one it is, so it is the one of that path that was made when the upload
 * began; where there are two, one is somebody else's and both are left. The upload has failed already:
 * that this fails too changes nothing.
 */
export async function giveUp(rest: Rest, failed: FailedUpload): Promise<void> {
  // The caller's signal may be what ended it.
  const options = { signal: AbortSignal.timeout(TIMEOUT_MS) };
  try {
    const [file, ...others] = await waiting(rest, failed, options);
    if (file === undefined || others.length > 0) return;
    const path = `/v1pre3/files/${segment(file.id)}`;
    // A service that lists no pending files might list the finished ones in their place.
    const answer = await rest.get(path, {}, options);
    if (resourceOf(answer, decodeFile, "v1").uploadStatus !== "pending") return;
    const query = { uploadstatus: "aborted" };
    await rest.change({ method: "POST", path, query, isRepeatable: true }, options);
  } catch {
    return;
  }
}

async function waiting(
  rest: Rest,
  { path, filePath, begun }: FailedUpload,
  options: CallOptions,
): Promise<readonly FileEntry[]> {
  const begunAt = Date.parse(begun.headers["date"] ?? "");
  const listed = await rest.get(`/v2/${path}/files`, NEWEST, options);
  const files = decoded(listed, () =>
    decodePage(listed.json).items.map((item, at) => decodeFile(item, `Items[${at}]`)),
  );
  return files.filter(
    (file) => file.path === filePath && Math.abs(file.dateCreated.getTime() - begunAt) <= SLACK_MS,
  );
}
