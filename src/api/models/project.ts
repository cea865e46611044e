import type { ProjectId } from "../../core/ids.ts";
import { creationDate, decoder, entityFields, type ModelOf, nested, optional } from "./model.ts";
import { type Decode, decodeAll } from "./parse.ts";
import { decodeProperties } from "./property.ts";
import { decodeUser } from "./user.ts";
import { count, date, flag, text } from "./wire.ts";

const fields = {
  ...entityFields<ProjectId>(),
  /** Free text. */
  description: optional("Description", text),
  /** When it was created. */
  dateCreated: creationDate,
  /** When it was changed last. */
  dateModified: optional("DateModified", date),
  /** The size of all its files, in bytes. */
  totalSizeBytes: optional("TotalSize", count),
  /** The owner. */
  userOwnedBy: nested("UserOwnedBy", decodeUser),
  /** Whether other users have access. */
  hasCollaborators: optional("HasCollaborators", flag),
  /** The first properties, only in a project that was requested by its Id. All of them: `projects.properties()`. */
  properties: nested("Properties", decodeProperties),
};

/** A project: samples and app results that are shared together. */
export interface Project extends ModelOf<typeof fields> {}

export const decodeProject: Decode<Project> = decoder(fields);

/** `Projects` of a sample or an app result. */
export const decodeProjects: Decode<readonly Project[]> = decodeAll(decodeProject);
