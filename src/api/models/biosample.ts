import {
  creationDate,
  decoder,
  entityFields,
  type ModelOf,
  nested,
  optional,
  required,
} from "./model.ts";
import type { Decode } from "./parse.ts";
import { decodeProject } from "./project.ts";
import { decodeProperties } from "./property.ts";
import { date, text } from "./wire.ts";

const fields = {
  ...entityFields<string>(),
  /** The name, not unique. */
  name: required<string>("BioSampleName", text),
  /** The status, as the service names it. */
  status: optional("Status", text),
  /** The status of the laboratory work. */
  labStatus: optional("LabStatus", text),
  /** When it was created. */
  dateCreated: creationDate,
  /** When it was changed last. */
  dateModified: optional("DateModified", date),
  /** The project for its new datasets. */
  defaultProject: nested("DefaultProject", decodeProject),
  /** Only the properties that were requested with `include`. All of them: `biosamples.properties()`. */
  properties: nested("Properties", decodeProperties),
};

/** A biosample of v2: the specimen that libraries are prepared from. */
export interface BioSample extends ModelOf<typeof fields> {}

export const decodeBioSample: Decode<BioSample> = decoder(fields);
