import type { RunId } from "../../core/ids.ts";
import { creationDate, decoder, entityFields, type ModelOf, nested, optional } from "./model.ts";
import type { Decode } from "./parse.ts";
import { decodeProperties } from "./property.ts";
import { decodeUser } from "./user.ts";
import { count, date, text } from "./wire.ts";

const fields = {
  ...entityFields<RunId>(),
  experimentName: optional("ExperimentName", text),
  status: optional("Status", text),
  dateCreated: creationDate,
  dateModified: optional("DateModified", date),
  totalSizeBytes: optional("TotalSize", count),
  userOwnedBy: nested("UserOwnedBy", decodeUser),
  instrumentName: optional("InstrumentName", text),
  /** The first properties, only in a run that was requested by its Id. All of them: `runs.properties()`. */
  properties: nested("Properties", decodeProperties),
};

export interface Run extends ModelOf<typeof fields> {}

export const decodeRun: Decode<Run> = decoder(fields);
