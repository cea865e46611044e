import type { AppResultId } from "../../core/ids.ts";
import { decodeAppSession } from "./app-session.ts";
import { creationDate, decoder, entityFields, type ModelOf, nested, optional } from "./model.ts";
import type { Decode } from "./parse.ts";
import { decodeProjects } from "./project.ts";
import { decodeProperties } from "./property.ts";
import { decodeReferences } from "./reference.ts";
import { decodeUser } from "./user.ts";
import { count, date, text } from "./wire.ts";

const fields = {
  ...entityFields<AppResultId>(),
  description: optional("Description", text),
  /** As of its app session. */
  status: optional("Status", text),
  statusSummary: optional("StatusSummary", text),
  dateCreated: creationDate,
  dateModified: optional("DateModified", date),
  totalSizeBytes: optional("TotalSize", count),
  userOwnedBy: nested("UserOwnedBy", decodeUser),
  appSession: nested("AppSession", decodeAppSession),
  /** The projects that it belongs to; only in a result that was requested by its Id. */
  projects: nested("Projects", decodeProjects),
  /** Only in a result that was requested by its Id. */
  references: nested("References", decodeReferences),
  /** The first properties, only in a result that was requested by its Id. All of them: `appResults.properties()`. */
  properties: nested("Properties", decodeProperties),
};

export interface AppResult extends ModelOf<typeof fields> {}

export const decodeAppResult: Decode<AppResult> = decoder(fields);
