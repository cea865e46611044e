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
  /** Free text. */
  description: optional("Description", text),
  /** As of its app session. */
  status: optional("Status", text),
  /** A sentence about the status. */
  statusSummary: optional("StatusSummary", text),
  /** When it was created. */
  dateCreated: creationDate,
  /** When it was changed last. */
  dateModified: optional("DateModified", date),
  /** The size of all its files, in bytes. */
  totalSizeBytes: optional("TotalSize", count),
  /** The owner. */
  userOwnedBy: nested("UserOwnedBy", decodeUser),
  /** The app session that made it. */
  appSession: nested("AppSession", decodeAppSession),
  /** The projects that it belongs to; only in a result that was requested by its Id. */
  projects: nested("Projects", decodeProjects),
  /** Only in a result that was requested by its Id. */
  references: nested("References", decodeReferences),
  /** The first properties, only in a result that was requested by its Id. All of them: `appResults.properties()`. */
  properties: nested("Properties", decodeProperties),
};

/** An app result: the output files of an app session. */
export interface AppResult extends ModelOf<typeof fields> {}

export const decodeAppResult: Decode<AppResult> = decoder(fields);
