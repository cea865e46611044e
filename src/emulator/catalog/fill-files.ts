import type { BaseSpaceFile, Parent, StoredObject } from "../state/entities.ts";
import { contentTypeOf } from "./content-type.ts";
import { entityKeys, storedProperties } from "./defaults.ts";
import type { FillContext } from "./fill-context.ts";
import type { CatalogFile } from "./schema.ts";

/** Stores the files of a sample, app result, dataset or run; a file's default date is that of its parent. */
export function fillFiles(
  context: FillContext,
  parent: Parent,
  files: readonly CatalogFile[] | undefined,
  parentDate: string,
): void {
  for (const entry of files ?? []) fillFile(context, parent, entry, parentDate);
}

function fillFile(
  { transaction, ids, dates, author, contents }: FillContext,
  parent: Parent,
  entry: CatalogFile,
  parentDate: string,
): void {
  const dateCreated = dates.pick(entry.dateCreated ?? parentDate);
  const object = contents.get(entry);
  if (object !== undefined) transaction.put("objects", object);
  const file: BaseSpaceFile = {
    ...entityKeys(entry),
    id: ids.pick("files", entry.id),
    parent,
    path: entry.path,
    dateCreated,
    contentType: entry.contentType ?? contentTypeOf(entry.path),
    uploadStatus: entry.uploadStatus ?? "complete",
    isArchived: entry.archived ?? false,
    ...contentKeys(object),
    dateModified: dates.pick(entry.dateModified ?? dateCreated),
    properties: storedProperties(entry.properties, author, dateCreated),
  };
  transaction.put("files", file);
}

function contentKeys(
  object: StoredObject | undefined,
): Pick<BaseSpaceFile, "isMultipart" | "sizeBytes" | "parts" | "etag" | "objectKey"> {
  if (object === undefined) return { isMultipart: true, sizeBytes: 0, parts: [] };
  const { id, etag, sizeBytes } = object;
  return { isMultipart: false, sizeBytes, parts: [], etag, objectKey: id };
}
