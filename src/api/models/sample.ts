import { z } from "zod";
import type { Raw, Sample } from "./models.ts";
import { decodeUser } from "./user.ts";
import { decodeAppSession } from "./app-session.ts";
import { decodeGenome } from "./genome.ts";
import { decodeLibrary } from "./library.ts";
import { decodeProjects } from "./project.ts";
import { decodeProperties } from "./decode-property.ts";
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
  NumReadsRaw: maybe(count),
  NumReadsPF: maybe(count),
  Read1: maybe(count),
  Read2: maybe(count),
  SampleNumber: maybe(count),
  Genome: maybe(anything),
  Library: maybe(anything),
  UserOwnedBy: maybe(anything),
  AppSession: maybe(anything),
  Projects: maybe(anything),
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
    numReadsRaw: sample.NumReadsRaw,
    numReadsPf: sample.NumReadsPF,
    read1: sample.Read1,
    read2: sample.Read2,
    sampleNumber: sample.SampleNumber,
    genome: optional(decodeGenome, sample.Genome, `${at}.Genome`),
    library: optional(decodeLibrary, sample.Library, `${at}.Library`),
    userOwnedBy: optional(decodeUser, sample.UserOwnedBy, `${at}.UserOwnedBy`),
    appSession: optional(decodeAppSession, sample.AppSession, `${at}.AppSession`),
    projects: optional(decodeProjects, sample.Projects, `${at}.Projects`),
    references: optional(decodeReferences, sample.References, `${at}.References`),
    properties: optional(decodeProperties, sample.Properties, `${at}.Properties`),
    raw: value as Raw,
  });
};
