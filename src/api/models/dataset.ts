import { z } from "zod";
import type { SampleId } from "../../core/ids.ts";
import { decodeAppSession } from "./app-session.ts";
import {
  creationDate,
  decoder,
  entityFields,
  type ModelOf,
  nested,
  optional,
  withDefault,
} from "./model.ts";
import type { Decode } from "./parse.ts";
import { decodeProject } from "./project.ts";
import { decodeProperties } from "./property.ts";
import { count, date, flag, text } from "./wire.ts";

const fields = {
  ...entityFields<string>(),
  dateCreated: creationDate,
  dateModified: optional("DateModified", date),
  totalSizeBytes: optional("TotalSize", count),
  isArchived: withDefault("IsArchived", flag, () => false),
  /** E.g. `illumina.fastq.v1.8`. */
  datasetType: optional(
    "DatasetType",
    z.object({ Id: text }).transform(({ Id }) => Id),
  ),
  uploadStatus: optional("UploadStatus", text),
  project: nested("Project", decodeProject),
  appSession: nested("AppSession", decodeAppSession),
  /** The v1 sample with the same reads. */
  v1SampleId: optional<SampleId>(
    "V1pre3Id",
    text.transform((v1Id) => /^sample\.(.+)$/.exec(v1Id)?.[1]),
  ),
  /** Only the properties that were requested with `include`. All of them: `datasets.properties()`. */
  properties: nested("Properties", decodeProperties),
};

export interface Dataset extends ModelOf<typeof fields> {}

export const decodeDataset: Decode<Dataset> = decoder(fields);
