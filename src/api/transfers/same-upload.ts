import type { FileEntry } from "../models/models.ts";
import type { UploadDestination } from "../uploads/upload-destination.ts";
import type { UploadName } from "./upload-journal.ts";

/** Dates are whole seconds in some responses. */
const SAME_DATE_MS = 2000;

/**
 * Whether `file`, which the service returned for the Id in a journal, is the upload of that journal: a service that
 * was set up again assigns Ids again, and does not have the parts that the journal lists.
 */
export function isSameUpload(
  file: FileEntry,
  name: UploadName,
  destination: UploadDestination,
): boolean {
  const ageMs = Math.abs(file.dateCreated.getTime() - Date.parse(name.created));
  return file.path === destination.path && isIn(file, destination) && ageMs <= SAME_DATE_MS;
}

/** A service that does not say what contains the file does not contradict the journal. */
function isIn({ raw }: FileEntry, destination: UploadDestination): boolean {
  const [parent, id] =
    "appResultId" in destination
      ? [raw["ParentAppResult"], destination.appResultId]
      : [raw["ParentSample"], destination.sampleId];
  const known = (parent as { readonly Id?: unknown } | null | undefined)?.Id;
  const others = raw["ParentAppResult"] ?? raw["ParentSample"];
  if (known === undefined) return others === undefined || others === null;
  return (typeof known === "number" ? `${known}` : known) === id;
}
