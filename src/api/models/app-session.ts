import { z } from "zod";
import type { Application, AppSession, Raw } from "./models.ts";
import { decodeApplication } from "./application.ts";
import { decodeUser } from "./user.ts";
import { decodeProperties } from "./decode-property.ts";
import { decodeReferences } from "./reference.ts";
import { type Decode, model, NOT_SET, optional, parse } from "./parse.ts";
import { anything, count, date, id, maybe, text } from "./wire.ts";

const shape = z.object({
  Id: id,
  Href: text,
  Name: text,
  Status: maybe(text),
  ExecutionStatus: maybe(text),
  StatusSummary: maybe(text),
  DateCreated: maybe(date),
  ModifiedOn: maybe(date),
  DateModified: maybe(date),
  DateCompleted: maybe(date),
  TotalSize: maybe(count),
  OriginatingUri: maybe(text),
  AuthorizationCode: maybe(text),
  Application: maybe(anything),
  UserCreatedBy: maybe(anything),
  References: maybe(anything),
  Properties: maybe(anything),
});

/** Of v1 and v2, which name two of the fields differently. */
export const decodeAppSession: Decode<AppSession> = (value, at) => {
  const session = parse(shape, value, at);
  const application = applicationOf(session.Application, `${at}.Application`);
  return model<AppSession>({
    id: session.Id,
    name: session.Name,
    href: session.Href,
    status: session.Status ?? session.ExecutionStatus,
    statusSummary: session.StatusSummary,
    dateCreated: session.DateCreated ?? NOT_SET,
    dateModified: session.ModifiedOn ?? session.DateModified,
    dateCompleted: session.DateCompleted,
    totalSizeBytes: session.TotalSize,
    applicationName: application?.name,
    application,
    originatingUri: session.OriginatingUri,
    authorizationCode: session.AuthorizationCode || undefined,
    userCreatedBy: optional(decodeUser, session.UserCreatedBy, `${at}.UserCreatedBy`),
    references: optional(decodeReferences, session.References, `${at}.References`),
    properties: optional(decodeProperties, session.Properties, `${at}.Properties`),
    raw: value as Raw,
  });
};

/** The answer to a launch may name the application by its Href alone. */
function applicationOf(value: unknown, at: string): Application | undefined {
  return typeof value === "string" ? undefined : optional(decodeApplication, value, at);
}
