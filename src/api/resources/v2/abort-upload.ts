import { decodeFile } from "../../models/file.ts";
import type { FileEntry } from "../../models/models.ts";
import { segment } from "../../transport/address.ts";
import type { JsonResponse } from "../../transport/evaluate-response.ts";
import type { CallOptions } from "../../transport/rest.ts";
import type { VersionClient, VersionClients } from "../version-client.ts";

/** An upload that failed. */
export interface FailedUpload {
  /** The path of what was to take the file, without the version. */
  readonly path: string;
  readonly filePath: string;
  /** The response that began it. */
  readonly begun: JsonResponse;
}

/** The upload began just now, so its file is among the newest. */
const NEWEST = { statuses: "pending", sortby: "DateCreated", sortdir: "Desc", limit: 100 };

/** Dates and the `Date` header are whole seconds, and the response comes a little after the file. */
const SLACK_MS = 3000;

/**
 * Aborts the pending file of an upload: `POST /v1pre3/files/{id}?uploadstatus=aborted`. The service does not say
 * which file that is, so it is the one with the path that was created when the upload began. When there are two,
 * one belongs to another upload, and neither is aborted.
 */
export async function abortPendingFile(
  { v1, v2 }: VersionClients,
  failed: FailedUpload,
  signal: AbortSignal,
): Promise<void> {
  const options = { signal };
  const [file, ...others] = await pendingFiles(v2, failed, options);
  if (file === undefined || others.length > 0) return;
  const path = `files/${segment(file.id)}`;
  // A service that ignores `statuses` lists complete files instead.
  const { uploadStatus } = await v1.one(path, decodeFile, options);
  if (uploadStatus !== "pending") return;
  const query = { uploadstatus: "aborted" };
  await v1.change({ method: "POST", path, query, isRepeatable: true }, options);
}

async function pendingFiles(
  v2: VersionClient,
  { path, filePath, begun }: FailedUpload,
  options: CallOptions,
): Promise<readonly FileEntry[]> {
  const begunAt = Date.parse(begun.headers["date"] ?? "");
  const listed = await v2.get(`${path}/files`, NEWEST, options);
  return v2
    .decodeItems(listed, decodeFile)
    .filter(
      (file) =>
        file.path === filePath && Math.abs(file.dateCreated.getTime() - begunAt) <= SLACK_MS,
    );
}
