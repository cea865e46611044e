import { z } from "zod";
import { decoder, type ModelOf, optional, rawObject } from "./model.ts";
import type { Decode } from "./parse.ts";
import { flag } from "./wire.ts";

const figure = z.number();

const fields = {
  /** Whether the run has index reads. */
  isIndexed: optional("IsIndexed", flag),
  /** The number of lanes. */
  numLanes: optional("NumLanes", figure),
  /** Reads of a cluster, including those of the index. */
  numReads: optional("NumReads", figure),
  /** Cycles of the first read. */
  numCyclesRead1: optional("NumCyclesRead1", figure),
  /** Cycles of the second read. */
  numCyclesRead2: optional("NumCyclesRead2", figure),
  /** Cycles of the first index. */
  numCyclesIndex1: optional("NumCyclesIndex1", figure),
  /** Cycles of the second index. */
  numCyclesIndex2: optional("NumCyclesIndex2", figure),
  /** Reads before filtering. */
  readsTotal: optional("ReadsTotal", figure),
  /** Reads after filtering. */
  readsPfTotal: optional("ReadsPfTotal", figure),
  /** In gigabases. */
  yieldTotal: optional("YieldTotal", figure),
  /** Bases with a quality above 30. */
  percentGtQ30: optional("PercentGtQ30", figure),
  /** Reads that passed the filter. */
  percentPf: optional("PercentPf", figure),
  /** Reads that align with PhiX. */
  percentAligned: optional("PercentAligned", figure),
  /** The error rate of reads that align with PhiX. */
  errorRate: optional("ErrorRate", figure),
  /** The JSON object as it came. */
  raw: rawObject,
};

/** What the instrument measured in a run. Percentages are as the service has them: 90.6, but 0.9 for `percentPf`. */
export interface SequencingStats extends ModelOf<typeof fields> {}

export const decodeSequencingStats: Decode<SequencingStats> = decoder(fields);
