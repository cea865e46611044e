import { z } from "zod";
import type { FileEntry, Raw } from "./models.ts";
import { decodeAppResult } from "./app-result.ts";
import { decodeRun } from "./run.ts";
import { decodeSample } from "./sample.ts";
import { decodeProperties } from "./decode-property.ts";
import { type Decode, model, NOT_SET, optional, parse } from "./parse.ts";
import { anything, count, date, flag, id, maybe, text } from "./wire.ts";

const shape = z.object({
  Id: id,
  Href: text,
  HrefContent: maybe(text),
  HrefParts: maybe(text),
  HrefCoverage: maybe(text),
  HrefVariants: maybe(text),
  Name: text,
  ContentType: maybe(text),
  Size: count,
  Path: maybe(text),
  IsArchived: maybe(flag),
  DateCreated: maybe(date),
  DateModified: maybe(date),
  ETag: maybe(text),
  UploadStatus: maybe(z.enum(["undefined", "pending", "aborted", "complete"])),
  ParentSample: maybe(anything),
  ParentAppResult: maybe(anything),
  ParentRun: maybe(anything),
  Properties: maybe(anything),
});

export const decodeFile: Decode<FileEntry> = (value, at) => {
  const file = parse(shape, value, at);
  return model<FileEntry>({
    id: file.Id,
    name: file.Name,
    path: file.Path ?? file.Name,
    href: file.Href,
    hrefContent: file.HrefContent,
    hrefParts: file.HrefParts,
    hrefCoverage: file.HrefCoverage,
    hrefVariants: file.HrefVariants,
    contentType: file.ContentType,
    sizeBytes: file.Size,
    isArchived: file.IsArchived ?? false,
    dateCreated: file.DateCreated ?? NOT_SET,
    dateModified: file.DateModified,
    etag: file.ETag,
    uploadStatus: file.UploadStatus,
    parentSample: optional(decodeSample, file.ParentSample, `${at}.ParentSample`),
    parentAppResult: optional(decodeAppResult, file.ParentAppResult, `${at}.ParentAppResult`),
    parentRun: optional(decodeRun, file.ParentRun, `${at}.ParentRun`),
    properties: optional(decodeProperties, file.Properties, `${at}.Properties`),
    raw: value as Raw,
  });
};
