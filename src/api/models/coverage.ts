import { z } from "zod";
import { decoder, type ModelOf, rawObject, required } from "./model.ts";
import type { Decode } from "./parse.ts";
import { count, text } from "./wire.ts";

const depth = z.number().nonnegative();
const position = z.number().int().positive();

const coverageFields = {
  /** The chromosome, as the BAM file names it. */
  chrom: required<string>("Chrom", text),
  /** The first position of the first bucket, from 1. */
  start: required<number>("StartPos", position),
  /** The last position of the last bucket: the requested one, rounded up to the end of its bucket. */
  end: required<number>("EndPos", position),
  /** How many positions a bucket has. */
  bucketSize: required<number>("BucketSize", position),
  /** The mean depth of each bucket, in reads per position. */
  meanCoverage: required<readonly number[]>("MeanCoverage", z.array(depth)),
  /** The JSON object as it came. */
  raw: rawObject,
};

/** How often the positions of a range were read, on average over each bucket. */
export interface Coverage extends ModelOf<typeof coverageFields> {}

export const decodeCoverage: Decode<Coverage> = decoder(coverageFields);

const metaFields = {
  /** The greatest depth of the chromosome, in reads. */
  maxCoverage: required<number>("MaxCoverage", depth),
  /** The number of positions by whose multiples the service rounds the end of a range. */
  granularity: required<number>("CoverageGranularity", count),
  /** The JSON object as it came. */
  raw: rawObject,
};

/** What the coverage of a chromosome is like. */
export interface CoverageMeta extends ModelOf<typeof metaFields> {}

export const decodeCoverageMeta: Decode<CoverageMeta> = decoder(metaFields);
