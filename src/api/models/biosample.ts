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
  name: required<string>("BioSampleName", text),
  status: optional("Status", text),
  labStatus: optional("LabStatus", text),
  dateCreated: creationDate,
  dateModified: optional("DateModified", date),
  defaultProject: nested("DefaultProject", decodeProject),
  /** Only the properties that were requested with `include`. All of them: `biosamples.properties()`. */
  properties: nested("Properties", decodeProperties),
};

export interface BioSample extends ModelOf<typeof fields> {}

export const decodeBioSample: Decode<BioSample> = decoder(fields);
