import type { JournaledFile } from "./journaled-file.ts";
import type { ResultFile } from "./result-file.ts";
import { type StagedName, stagedNameOf } from "./temporary-names.ts";

/** A file of a journal that says where it belongs. */
export type KnownFile = JournaledFile & { readonly resultFile: ResultFile };

export function nameOf({ resultFile: { path }, hasFinalName }: KnownFile): StagedName {
  return hasFinalName === true
    ? { path, awaitsRename: false, uploadPath: path }
    : stagedNameOf(path);
}
