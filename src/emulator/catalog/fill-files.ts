import type { BaseSpaceFile, Parent, StoredObject } from "../state/entities.ts";
import { contentTypeOf } from "./content-type.ts";
import { entityKeys, storedProperties } from "./defaults.ts";
import type { Filling } from "./fill-context.ts";
import type { CatalogFile } from "./schema.ts";

/** Stores the files of a sample, app result or run; they are as old as it unless the catalog says so. */
export function fillFiles(
  filling: Filling,
  parent: Parent,
  files: readonly CatalogFile[] | undefined,
  parentDate: string,
): void {
  for (const given of files ?? []) fillFile(filling, parent, given, parentDate);
}

function fillFile(
  { draft, ids, dates, author, contents }: Filling,
  parent: Parent,
  given: CatalogFile,
  parentDate: string,
): void {
  const dateCreated = dates.pick(given.dateCreated ?? parentDate);
  const object = contents.get(given);
  if (object !== undefined) draft.put("objects", object);
  const file: BaseSpaceFile = {
    ...entityKeys(given),
    id: ids.pick("files", given.id),
    parent,
    path: given.path,
    dateCreated,
    contentType: given.contentType ?? contentTypeOf(given.path),
    uploadStatus: given.uploadStatus ?? "complete",
    isArchived: given.archived ?? false,
    ...contentKeys(object),
    dateModified: dates.pick(given.dateModified ?? dateCreated),
    properties: storedProperties(given.properties, author, dateCreated),
  };
  draft.put("files", file);
}

function contentKeys(
  object: StoredObject | undefined,
): Pick<BaseSpaceFile, "isMultipart" | "sizeBytes" | "parts" | "etag" | "objectKey"> {
  if (object === undefined) return { isMultipart: true, sizeBytes: 0, parts: [] };
  const { id, etag, sizeBytes } = object;
  return { isMultipart: false, sizeBytes, parts: [], etag, objectKey: id };
}
