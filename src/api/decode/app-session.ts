import { z } from "zod";
import type { AppSessionId } from "../../core/ids.ts";
import type { AppSession, Raw } from "../models.ts";
import { decodeUser } from "./user.ts";
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
  Application: maybe(z.object({ Name: maybe(text) })),
  UserCreatedBy: maybe(anything),
});

/** Of v1 and v2, which name two of the fields differently. */
export const decodeAppSession: Decode<AppSession> = (value, at) => {
  const session = parse(shape, value, at);
  return model<AppSession>({
    id: session.Id as AppSessionId,
    name: session.Name,
    href: session.Href,
    status: session.Status ?? session.ExecutionStatus,
    statusSummary: session.StatusSummary,
    dateCreated: session.DateCreated ?? NOT_SET,
    dateModified: session.ModifiedOn ?? session.DateModified,
    dateCompleted: session.DateCompleted,
    totalSizeBytes: session.TotalSize,
    applicationName: session.Application?.Name,
    userCreatedBy: optional(decodeUser, session.UserCreatedBy, `${at}.UserCreatedBy`),
    raw: value as Raw,
  });
};
