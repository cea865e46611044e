import { z } from "zod";
import type { Raw, Sample } from "../models.ts";
import { decodeUser } from "./user.ts";
import { decodeAppSession } from "./app-session.ts";
import { decodeProperties } from "./property.ts";
import { decodeReferences } from "./reference.ts";
import { type Decode, model, NOT_SET, optional, parse } from "./parse.ts";
import { anything, count, date, flag, id, maybe, text } from "./wire.ts";

const shape = z.object({
  Id: id,
  Href: text,
  Name: text,
  SampleId: maybe(text),
  ExperimentName: maybe(text),
  Status: maybe(text),
  StatusSummary: maybe(text),
  DateCreated: maybe(date),
  TotalSize: maybe(count),
  IsPairedEnd: maybe(flag),
  NumReadsPF: maybe(count),
  UserOwnedBy: maybe(anything),
  AppSession: maybe(anything),
  References: maybe(anything),
  Properties: maybe(anything),
});

export const decodeSample: Decode<Sample> = (value, at) => {
  const sample = parse(shape, value, at);
  return model<Sample>({
    id: sample.Id,
    name: sample.Name,
    href: sample.Href,
    sampleId: sample.SampleId,
    experimentName: sample.ExperimentName,
    status: sample.Status,
    statusSummary: sample.StatusSummary,
    dateCreated: sample.DateCreated ?? NOT_SET,
    totalSizeBytes: sample.TotalSize,
    isPairedEnd: sample.IsPairedEnd,
    numReadsPf: sample.NumReadsPF,
    userOwnedBy: optional(decodeUser, sample.UserOwnedBy, `${at}.UserOwnedBy`),
    appSession: optional(decodeAppSession, sample.AppSession, `${at}.AppSession`),
    references: optional(decodeReferences, sample.References, `${at}.References`),
    properties: optional(decodeProperties, sample.Properties, `${at}.Properties`),
    raw: value as Raw,
  });
};
