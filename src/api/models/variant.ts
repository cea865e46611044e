import { z } from "zod";
import { decoder, type ModelOf, optional, rawObject, required, withDefault } from "./model.ts";
import type { Decode } from "./parse.ts";
import type { Raw } from "./raw.ts";
import { text } from "./wire.ts";

const texts = z.array(text);
const dictionary: z.ZodType<Raw> = z.record(text, z.unknown());

const fields = {
  /** The chromosome. */
  chrom: required<string>("CHROM", text),
  /** The position of the first reference base, from 1; 0 for the end of a chromosome, as in VCF. */
  position: required<number>("POS", z.number().int().nonnegative()),
  /** Names such as `rs6054257`; empty for a record without one. */
  ids: withDefault<readonly string[]>("ID", texts, () => []),
  /** The reference bases. */
  reference: withDefault("REF", text, () => ""),
  /** The alternative alleles, separated by commas as in the file. */
  alternatives: withDefault("ALT", text, () => ""),
  /** The quality, on the Phred scale; absent where the file has none. The service may round it. */
  quality: optional("QUAL", z.number()),
  /** `PASS`, or the filters that the record failed, as in the file. */
  filter: withDefault("FILTER", text, () => ""),
  /** The values of each key of the INFO column, as texts; none for a flag. */
  info: withDefault<Readonly<Record<string, readonly string[]>>>(
    "INFO",
    z.record(text, texts),
    () => ({}),
  ),
  /** By names of samples, the fields of each, such as `GT`: `0/1`. */
  samples: withDefault<Readonly<Record<string, Readonly<Record<string, string>>>>>(
    "SampleFormat",
    z.record(text, z.record(text, text)),
    () => ({}),
  ),
  /** The JSON object as it came. */
  raw: rawObject,
};

/** A record of a VCF file. */
export interface Variant extends ModelOf<typeof fields> {}

export const decodeVariant: Decode<Variant> = decoder(fields);

const headerFields = {
  /** What the lines of the header say that have one value, such as `fileformat`. */
  metadata: withDefault("Metadata", dictionary, () => ({})),
  /** By names of samples; the service does not document the values. */
  samples: withDefault("Samples", dictionary, () => ({})),
  /** What the header says of the keys of records: `INFO`, `FORMAT`, … */
  legends: withDefault("Legends", dictionary, () => ({})),
  /** The JSON object as it came. */
  raw: rawObject,
};

/** The header of a VCF file. */
export interface VariantHeader extends ModelOf<typeof headerFields> {}

export const decodeVariantHeader: Decode<VariantHeader> = decoder(headerFields);
