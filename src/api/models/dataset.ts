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
  /** When it was created. */
  dateCreated: creationDate,
  /** When it was changed last. */
  dateModified: optional("DateModified", date),
  /** The size of all its files, in bytes. */
  totalSizeBytes: optional("TotalSize", count),
  /** Whether its content is in cold storage. */
  isArchived: withDefault("IsArchived", flag, () => false),
  /** E.g. `illumina.fastq.v1.8`. */
  datasetType: optional(
    "DatasetType",
    z.object({ Id: text }).transform(({ Id }) => Id),
  ),
  /** Whether all its files were uploaded, as the service names it. */
  uploadStatus: optional("UploadStatus", text),
  /** The project that it belongs to. */
  project: nested("Project", decodeProject),
  /** The app session that made it. */
  appSession: nested("AppSession", decodeAppSession),
  /** The v1 sample with the same reads. */
  v1SampleId: optional<SampleId>(
    "V1pre3Id",
    text.transform((v1Id) => /^sample\.(.+)$/.exec(v1Id)?.[1]),
  ),
  /** Only the properties that were requested with `include`. All of them: `datasets.properties()`. */
  properties: nested("Properties", decodeProperties),
};

/** A dataset of v2: files of one type that an app session made. */
export interface Dataset extends ModelOf<typeof fields> {}

export const decodeDataset: Decode<Dataset> = decoder(fields);
