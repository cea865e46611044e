import type { FileEntry } from "../models/models.ts";
import type { UploadPlace } from "../uploads/upload-destination.ts";
import type { UploadName } from "./upload-journal.ts";

/** Dates are whole seconds in some answers. */
const SAME_DATE_MS = 2000;

/**
 * Whether `file`, which the service has under the Id that a journal names, is the upload that the journal is
 * of: a service that was set up anew gives Ids again. Then what the journal says is there is not.
 */
export function isSameUpload(file: FileEntry, name: UploadName, place: UploadPlace): boolean {
  const ageMs = Math.abs(file.dateCreated.getTime() - Date.parse(name.created));
  return file.path === place.path && isIn(file, place) && ageMs <= SAME_DATE_MS;
}

/** A service that does not say what a file is in says nothing against it. */
function isIn({ raw }: FileEntry, place: UploadPlace): boolean {
  const [parent, id] =
    "appResultId" in place
      ? [raw["ParentAppResult"], place.appResultId]
      : [raw["ParentSample"], place.sampleId];
  const known = (parent as { readonly Id?: unknown } | null | undefined)?.Id;
  const others = raw["ParentAppResult"] ?? raw["ParentSample"];
  if (known === undefined) return others === undefined || others === null;
  return (typeof known === "number" ? `${known}` : known) === id;
}
