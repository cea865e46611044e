import { z } from "zod";
import type { Dataset, Raw } from "./models.ts";
import { decodeProject } from "./project.ts";
import { decodeAppSession } from "./app-session.ts";
import { decodeProperties } from "./decode-property.ts";
import { type Decode, model, NOT_SET, optional, parse } from "./parse.ts";
import { anything, count, date, flag, id, maybe, text } from "./wire.ts";

const shape = z.object({
  Id: id,
  Href: text,
  Name: text,
  DateCreated: maybe(date),
  DateModified: maybe(date),
  TotalSize: maybe(count),
  IsArchived: maybe(flag),
  DatasetType: maybe(z.object({ Id: text })),
  UploadStatus: maybe(text),
  Project: maybe(anything),
  AppSession: maybe(anything),
  V1pre3Id: maybe(text),
  Properties: maybe(anything),
});

export const decodeDataset: Decode<Dataset> = (value, at) => {
  const dataset = parse(shape, value, at);
  return model<Dataset>({
    id: dataset.Id,
    name: dataset.Name,
    href: dataset.Href,
    dateCreated: dataset.DateCreated ?? NOT_SET,
    dateModified: dataset.DateModified,
    totalSizeBytes: dataset.TotalSize,
    isArchived: dataset.IsArchived ?? false,
    datasetType: dataset.DatasetType?.Id,
    uploadStatus: dataset.UploadStatus,
    project: optional(decodeProject, dataset.Project, `${at}.Project`),
    appSession: optional(decodeAppSession, dataset.AppSession, `${at}.AppSession`),
    v1SampleId: /^sample\.(.+)$/.exec(dataset.V1pre3Id ?? "")?.[1],
    properties: optional(decodeProperties, dataset.Properties, `${at}.Properties`),
    raw: value as Raw,
  });
};
