import type { AppResultId, AppSessionId, SampleId } from "../../core/ids.ts";
import { BsmountError } from "../../core/errors.ts";
import { segment } from "../transport/address.ts";
import { checkNumber, checkText } from "../paging/list-parameters.ts";
import type { Raw } from "../models/raw.ts";

/** A new app result. */
export interface NewAppResult {
  /** The name, not unique. */
  readonly name: string;
  /** Free text. */
  readonly description?: string;
  /** The session it belongs to, which must be open. Default: the service creates a new one, `Running`. */
  readonly appSessionId?: AppSessionId;
  /** The samples it was made of. */
  readonly samples?: readonly SampleId[];
  /** The app results it was made of. */
  readonly appResults?: readonly AppResultId[];
  /** The genome it refers to. */
  readonly genomeId?: string;
}

/** The body of `POST …/appresults`. @throws BsmountError `usage` for an empty name */
export function newAppResultBody(created: NewAppResult): Raw {
  checkText("the app result's name", created.name);
  const { samples = [], appResults = [], genomeId } = created;
  const references = [
    ...samples.map((id) => using("Sample", "samples", id)),
    ...appResults.map((id) => using("AppResult", "appresults", id)),
  ];
  return {
    Name: created.name,
    Description: created.description ?? "",
    ...(references.length === 0 ? {} : { References: references }),
    ...(genomeId === undefined ? {} : { HrefGenome: `v1pre3/genomes/${segment(genomeId)}` }),
  };
}

function using(type: string, collection: string, id: string): Raw {
  return { Rel: "using", Type: type, HrefContent: `v1pre3/${collection}/${segment(id)}` };
}

/** A new sample. */
export interface NewSample {
  /** The name, not unique. */
  readonly name: string;
  /** The experiment on the sample sheet. */
  readonly experimentName: string;
  /** The number on the sample sheet, from 1. */
  readonly sampleNumber: number;
  /** The name on the sample sheet. */
  readonly sampleId: string;
  /** Cycles of the one read, or of both reads of a pair. */
  readonly readLengths: readonly [number] | readonly [number, number];
  /** Reads before filtering. */
  readonly numReadsRaw: number;
  /** Reads after filtering. */
  readonly numReadsPf: number;
  /** The Id of the reference genome. */
  readonly genomeId?: string;
  /** The app session that makes it; default: a new one. */
  readonly appSessionId?: AppSessionId;
}

/** The body of `POST …/samples`. @throws BsmountError `usage` */
export function newSampleBody(created: NewSample): Raw {
  checkText("the sample's name", created.name);
  const [read1, read2, ...more] = created.readLengths as readonly number[];
  if (read1 === undefined || more.length > 0) {
    throw new BsmountError("usage", "a sample has one read length or two");
  }
  for (const [name, value] of [
    ["sampleNumber", created.sampleNumber],
    ["numReadsRaw", created.numReadsRaw],
    ["numReadsPf", created.numReadsPf],
    ["readLengths", read1],
    ["readLengths", read2 ?? read1],
  ] as const) {
    checkNumber(name, value);
  }
  const { genomeId } = created;
  return {
    Name: created.name,
    ExperimentName: created.experimentName,
    SampleNumber: created.sampleNumber,
    SampleId: created.sampleId,
    NumReadsRaw: created.numReadsRaw,
    NumReadsPF: created.numReadsPf,
    Read1: read1,
    IsPairedEnd: read2 !== undefined,
    ...(read2 === undefined ? {} : { Read2: read2 }),
    ...(genomeId === undefined ? {} : { HrefGenome: `v1pre3/genomes/${segment(genomeId)}` }),
  };
}
