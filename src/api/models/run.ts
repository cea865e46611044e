import type { RunId } from "../../core/ids.ts";
import { creationDate, decoder, entityFields, type ModelOf, nested, optional } from "./model.ts";
import type { Decode } from "./parse.ts";
import { decodeProperties } from "./property.ts";
import { decodeUser } from "./user.ts";
import { count, date, text } from "./wire.ts";

const fields = {
  ...entityFields<RunId>(),
  /** The experiment on the sample sheet. */
  experimentName: optional("ExperimentName", text),
  /** The status, as the service names it. */
  status: optional("Status", text),
  /** When it was created. */
  dateCreated: creationDate,
  /** When it was changed last. */
  dateModified: optional("DateModified", date),
  /** The size of all its files, in bytes. */
  totalSizeBytes: optional("TotalSize", count),
  /** The owner. */
  userOwnedBy: nested("UserOwnedBy", decodeUser),
  /** The name of the instrument. */
  instrumentName: optional("InstrumentName", text),
  /** The first properties, only in a run that was requested by its Id. All of them: `runs.properties()`. */
  properties: nested("Properties", decodeProperties),
};

/** A sequencing run. */
export interface Run extends ModelOf<typeof fields> {}

export const decodeRun: Decode<Run> = decoder(fields);
