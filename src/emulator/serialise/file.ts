import type { BaseSpaceFile } from "../state/entities.ts";
import { baseName } from "../text/paths.ts";
import { type Json, withExtra } from "./view.ts";

/** The form of lists: without UploadStatus, and with the Id also as a number. */
export function fileListItem(file: BaseSpaceFile): Json {
  return withExtra(file, {
    ...fileKeys(file),
    ETag: file.etag,
    IdAsLong: Number(file.id),
  });
}

/** The form inside properties. */
export function fileCompact(file: BaseSpaceFile): Json {
  return withExtra(file, { ...fileKeys(file), ETag: file.etag });
}

export function fileKeys(file: BaseSpaceFile): Json {
  const href = `v1pre3/files/${file.id}`;
  return {
    Id: file.id,
    Href: href,
    HrefContent: `${href}/content`,
    Name: baseName(file.path),
    ContentType: file.contentType,
    Size: file.sizeBytes,
    Path: file.path,
    IsArchived: file.isArchived,
    DateCreated: file.dateCreated,
    DateModified: file.dateModified,
  };
}
