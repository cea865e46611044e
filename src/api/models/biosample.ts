import { z } from "zod";
import type { BioSample, Raw } from "./models.ts";
import { decodeProject } from "./project.ts";
import { decodeProperties } from "./decode-property.ts";
import { type Decode, model, NOT_SET, optional, parse } from "./parse.ts";
import { anything, date, id, maybe, text } from "./wire.ts";

const shape = z.object({
  Id: id,
  Href: text,
  BioSampleName: text,
  Status: maybe(text),
  LabStatus: maybe(text),
  DateCreated: maybe(date),
  DateModified: maybe(date),
  DefaultProject: maybe(anything),
  Properties: maybe(anything),
});

export const decodeBioSample: Decode<BioSample> = (value, at) => {
  const sample = parse(shape, value, at);
  return model<BioSample>({
    id: sample.Id,
    name: sample.BioSampleName,
    href: sample.Href,
    status: sample.Status,
    labStatus: sample.LabStatus,
    dateCreated: sample.DateCreated ?? NOT_SET,
    dateModified: sample.DateModified,
    defaultProject: optional(decodeProject, sample.DefaultProject, `${at}.DefaultProject`),
    properties: optional(decodeProperties, sample.Properties, `${at}.Properties`),
    raw: value as Raw,
  });
};
