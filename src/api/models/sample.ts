import type { SampleId } from "../../core/ids.ts";
import { decodeAppSession } from "./app-session.ts";
import { decodeGenome } from "./genome.ts";
import { decodeLibrary } from "./library.ts";
import { creationDate, decoder, entityFields, type ModelOf, nested, optional } from "./model.ts";
import type { Decode } from "./parse.ts";
import { decodeProjects } from "./project.ts";
import { decodeProperties } from "./property.ts";
import { decodeReferences } from "./reference.ts";
import { decodeUser } from "./user.ts";
import { count, flag, text } from "./wire.ts";

const fields = {
  ...entityFields<SampleId>(),
  /** The name on the sample sheet. */
  sampleId: optional("SampleId", text),
  /** The experiment on the sample sheet. */
  experimentName: optional("ExperimentName", text),
  /** `Complete`, `Aborted`, … */
  status: optional("Status", text),
  /** A sentence about the status. */
  statusSummary: optional("StatusSummary", text),
  /** When it was created. */
  dateCreated: creationDate,
  /** The size of all its files, in bytes. */
  totalSizeBytes: optional("TotalSize", count),
  /** Whether the reads are pairs. */
  isPairedEnd: optional("IsPairedEnd", flag),
  /** Reads before filtering; the two directions of a pair count once. */
  numReadsRaw: optional("NumReadsRaw", count),
  /** Reads after filtering; the two directions of a pair count once. */
  numReadsPf: optional("NumReadsPF", count),
  /** Cycles, that is bases, of the first read of a pair. */
  read1: optional("Read1", count),
  /** Cycles of the second read; 0 when there is none. */
  read2: optional("Read2", count),
  /**
   * The sample's number on the sample sheet, from 1, as in the `S1` of file names; only in a sample that was
   * requested by its Id.
   */
  sampleNumber: optional("SampleNumber", count),
  /** The reference genome for its reads; absent when none was given. */
  genome: nested("Genome", decodeGenome),
  /** The library that was sequenced. */
  library: nested("Library", decodeLibrary),
  /** The owner. */
  userOwnedBy: nested("UserOwnedBy", decodeUser),
  /** The app session that made it. */
  appSession: nested("AppSession", decodeAppSession),
  /** The projects that it belongs to; only in a sample that was requested by its Id. */
  projects: nested("Projects", decodeProjects),
  /** Only in a sample that was requested by its Id. */
  references: nested("References", decodeReferences),
  /** The first properties, only in a sample that was requested by its Id. All of them: `samples.properties()`. */
  properties: nested("Properties", decodeProperties),
};

/** A sample of v1: the reads of one sequenced specimen. */
export interface Sample extends ModelOf<typeof fields> {}

export const decodeSample: Decode<Sample> = decoder(fields);
