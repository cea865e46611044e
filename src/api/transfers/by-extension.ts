import type { AppSessionId } from "../../core/ids.ts";
import type { FileEntry } from "../models/models.ts";
import type { AppResults } from "../resources/app-results.ts";
import type { AppSessions } from "../resources/app-sessions.ts";
import type { Downloaded, DownloadOptions } from "./file-download.ts";
import type { Transfers } from "./transfers.ts";

interface Client {
  readonly appSessions: AppSessions;
  readonly appResults: AppResults;
  readonly transfers: Transfers;
}

/** Which files are downloaded, and into which folder. */
export interface ByExtension {
  /** The end of the file names, e.g. `.vcf.gz`. */
  readonly extension: string;
  /** The target folder, which is created; files are saved below it by their own paths. */
  readonly folder: string;
  /** The name of the app result, when the session has several. */
  readonly appResultName?: string;
}

/**
 * Downloads the files of a session's app result whose names end with `extension`.
 * @throws BsmountError as `appSessions.appResult` and `transfers.download.toFolder`
 */
export async function downloadByExtension(
  client: Client,
  id: AppSessionId,
  { extension, folder, appResultName }: ByExtension,
  options: DownloadOptions = {},
): Promise<readonly Downloaded[]> {
  const named = appResultName === undefined ? {} : { name: appResultName };
  const result = await client.appSessions.appResult(id, named, options);
  const files: FileEntry[] = await client.appResults.files(result.id).all(options);
  const wanted = files.filter(({ name }) => name.endsWith(extension));
  return await client.transfers.download.allToFolder(wanted, folder, options);
}
