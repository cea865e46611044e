import { z } from "zod";
import type { Raw, Run } from "./models.ts";
import { decodeUser } from "./user.ts";
import { decodeProperties } from "./decode-property.ts";
import { type Decode, model, NOT_SET, optional, parse } from "./parse.ts";
import { anything, count, date, id, maybe, text } from "./wire.ts";

const shape = z.object({
  Id: id,
  Href: text,
  Name: text,
  ExperimentName: maybe(text),
  Status: maybe(text),
  DateCreated: maybe(date),
  DateModified: maybe(date),
  TotalSize: maybe(count),
  InstrumentName: maybe(text),
  UserOwnedBy: maybe(anything),
  Properties: maybe(anything),
});

export const decodeRun: Decode<Run> = (value, at) => {
  const run = parse(shape, value, at);
  return model<Run>({
    id: run.Id,
    name: run.Name,
    href: run.Href,
    experimentName: run.ExperimentName,
    status: run.Status,
    dateCreated: run.DateCreated ?? NOT_SET,
    dateModified: run.DateModified,
    totalSizeBytes: run.TotalSize,
    userOwnedBy: optional(decodeUser, run.UserOwnedBy, `${at}.UserOwnedBy`),
    instrumentName: run.InstrumentName,
    properties: optional(decodeProperties, run.Properties, `${at}.Properties`),
    raw: value as Raw,
  });
};
