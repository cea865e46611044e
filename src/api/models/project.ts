import { z } from "zod";
import type { Project, Raw } from "./models.ts";
import { decodeUser } from "./user.ts";
import { decodeProperties } from "./decode-property.ts";
import { type Decode, model, NOT_SET, optional, parse } from "./parse.ts";
import { anything, count, date, flag, id, maybe, text } from "./wire.ts";

const shape = z.object({
  Id: id,
  Href: text,
  Name: text,
  Description: maybe(text),
  DateCreated: maybe(date),
  DateModified: maybe(date),
  TotalSize: maybe(count),
  HasCollaborators: maybe(flag),
  UserOwnedBy: maybe(anything),
  Properties: maybe(anything),
});

export const decodeProject: Decode<Project> = (value, at) => {
  const project = parse(shape, value, at);
  return model<Project>({
    id: project.Id,
    name: project.Name,
    href: project.Href,
    description: project.Description,
    dateCreated: project.DateCreated ?? NOT_SET,
    dateModified: project.DateModified,
    totalSizeBytes: project.TotalSize,
    userOwnedBy: optional(decodeUser, project.UserOwnedBy, `${at}.UserOwnedBy`),
    hasCollaborators: project.HasCollaborators,
    properties: optional(decodeProperties, project.Properties, `${at}.Properties`),
    raw: value as Raw,
  });
};

const list = z.array(anything);

/** `Projects` of a sample or an app result. */
export const decodeProjects: Decode<readonly Project[]> = (value, at) =>
  parse(list, value, at).map((project, index) => decodeProject(project, `${at}[${index}]`));
