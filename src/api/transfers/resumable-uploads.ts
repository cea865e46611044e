import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { AppResultId } from "../../core/ids.ts";
import { unlessMissing } from "../../core/unless-missing.ts";
import { filesPathOf } from "../uploads/upload-destination.ts";
import { readUploadJournal } from "./upload-journal.ts";

/** An upload in parts that has a journal: it is being uploaded, or it was interrupted. */
export interface ResumableUpload {
  /** The server and the path of the file in the API. */
  readonly destination: string;
  /** The size of the whole file, in bytes. */
  readonly sizeBytes: number;
  /** When BaseSpace created the pending file. */
  readonly begun: Date;
  /** The path of the journal. */
  readonly journal: string;
}

/** The extension of the journals of uploads. */
const EXTENSION = ".parts";

/** The uploads whose journals are in `folder`, by their names; none if there is no such folder. */
export async function resumableUploads(folder: string): Promise<readonly ResumableUpload[]> {
  const names = (await unlessMissing(async () => await readdir(folder))) ?? [];
  const uploads: ResumableUpload[] = [];
  for (const name of names.filter((each) => each.endsWith(EXTENSION)).sort()) {
    const journal = join(folder, name);
    const record = await readUploadJournal(journal);
    if (record === undefined) continue;
    const { place: destination, sizeBytes, created } = record.name;
    uploads.push({ destination, sizeBytes, begun: new Date(created), journal });
  }
  return uploads;
}

/** The path of the file in an app result; undefined if the upload is into another one. */
export function pathInResult(
  { destination }: ResumableUpload,
  { apiServer, appResultId }: { readonly apiServer: string; readonly appResultId: AppResultId },
): string | undefined {
  const start = `${apiServer}${filesPathOf({ appResultId, path: "" })}/`;
  return destination.startsWith(start) ? destination.slice(start.length) : undefined;
}
