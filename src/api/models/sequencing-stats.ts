import { z } from "zod";
import type { Raw, SequencingStats } from "./models.ts";
import { type Decode, model, parse } from "./parse.ts";
import { flag, maybe } from "./wire.ts";

const figure = maybe(z.number());

const shape = z.object({
  IsIndexed: maybe(flag),
  NumLanes: figure,
  NumReads: figure,
  NumCyclesRead1: figure,
  NumCyclesRead2: figure,
  NumCyclesIndex1: figure,
  NumCyclesIndex2: figure,
  ReadsTotal: figure,
  ReadsPfTotal: figure,
  YieldTotal: figure,
  PercentGtQ30: figure,
  PercentPf: figure,
  PercentAligned: figure,
  ErrorRate: figure,
});

export const decodeSequencingStats: Decode<SequencingStats> = (value, at) => {
  const stats = parse(shape, value, at);
  return model<SequencingStats>({
    isIndexed: stats.IsIndexed,
    numLanes: stats.NumLanes,
    numReads: stats.NumReads,
    numCyclesRead1: stats.NumCyclesRead1,
    numCyclesRead2: stats.NumCyclesRead2,
    numCyclesIndex1: stats.NumCyclesIndex1,
    numCyclesIndex2: stats.NumCyclesIndex2,
    readsTotal: stats.ReadsTotal,
    readsPfTotal: stats.ReadsPfTotal,
    yieldTotal: stats.YieldTotal,
    percentGtQ30: stats.PercentGtQ30,
    percentPf: stats.PercentPf,
    percentAligned: stats.PercentAligned,
    errorRate: stats.ErrorRate,
    raw: value as Raw,
  });
};
