import { z } from "zod";
import type { AppResult, Raw } from "./models.ts";
import { decodeUser } from "./user.ts";
import { decodeAppSession } from "./app-session.ts";
import { decodeProjects } from "./project.ts";
import { decodeProperties } from "./decode-property.ts";
import { decodeReferences } from "./reference.ts";
import { type Decode, model, NOT_SET, optional, parse } from "./parse.ts";
import { anything, count, date, id, maybe, text } from "./wire.ts";

const shape = z.object({
  Id: id,
  Href: text,
  Name: text,
  Description: maybe(text),
  Status: maybe(text),
  StatusSummary: maybe(text),
  DateCreated: maybe(date),
  DateModified: maybe(date),
  TotalSize: maybe(count),
  UserOwnedBy: maybe(anything),
  AppSession: maybe(anything),
  Projects: maybe(anything),
  References: maybe(anything),
  Properties: maybe(anything),
});

export const decodeAppResult: Decode<AppResult> = (value, at) => {
  const result = parse(shape, value, at);
  return model<AppResult>({
    id: result.Id,
    name: result.Name,
    href: result.Href,
    description: result.Description,
    status: result.Status,
    statusSummary: result.StatusSummary,
    dateCreated: result.DateCreated ?? NOT_SET,
    dateModified: result.DateModified,
    totalSizeBytes: result.TotalSize,
    userOwnedBy: optional(decodeUser, result.UserOwnedBy, `${at}.UserOwnedBy`),
    appSession: optional(decodeAppSession, result.AppSession, `${at}.AppSession`),
    projects: optional(decodeProjects, result.Projects, `${at}.Projects`),
    references: optional(decodeReferences, result.References, `${at}.References`),
    properties: optional(decodeProperties, result.Properties, `${at}.Properties`),
    raw: value as Raw,
  });
};
