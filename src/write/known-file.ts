import type { JournaledFile, JournaledUpload } from "./journal-events.ts";
import type { ResultFile } from "./result-file.ts";
import { type StagedName, stagedNameOf } from "./temporary-names.ts";

/** A file of a journal that says where it belongs. */
export type KnownFile = JournaledFile & { readonly resultFile: ResultFile };

export function nameOf({ resultFile: { path }, hasFinalName }: KnownFile): StagedName {
  return hasFinalName === true
    ? { path, awaitsRename: false, uploadPath: path }
    : stagedNameOf(path);
}

/** What was sent under another path is of no use. */
export function usableUpload(
  { resultFile: { path }, upload }: KnownFile,
  { uploadPath }: StagedName,
): JournaledUpload | undefined {
  return upload?.uploadPath === (uploadPath ?? path) ? upload : undefined;
}
