import { Variant } from "@gmod/vcf";
import type { VcfHeader } from "./vcf-header.ts";

/** The header in the service's form: three dictionaries, whose content the emulator defines. */
export function headerJson({ metadata, samples, legends }: VcfHeader): Record<string, unknown> {
  return {
    Metadata: metadata,
    Samples: Object.fromEntries(samples.map((name, column) => [name, column])),
    Legends: legends,
  };
}

/** A record in the service's form. Values are the texts of the file, except for the numbers `POS` and `QUAL`. */
export function recordJson(line: string, samples: readonly string[]): Record<string, unknown> {
  // Without the types of the header every value stays a text.
  const variant = new Variant(line, {}, {}, [...samples], false);
  const [, , , , alternatives, , filter] = line.split("\t", 7);
  return {
    CHROM: variant.CHROM,
    POS: variant.POS,
    ID: variant.ID ?? [],
    REF: variant.REF,
    ALT: alternatives,
    QUAL: variant.QUAL === undefined ? undefined : Math.round(variant.QUAL),
    FILTER: filter,
    INFO: mapValues(variant.INFO, (value) => (Array.isArray(value) ? value.map(fieldText) : [])),
    SampleFormat: mapValues(variant.SAMPLES(), (fields) =>
      mapValues(fields, (value) => value?.map(fieldText).join(",") ?? "."),
    ),
  };
}

/** The library has undefined for a missing value, which is a dot in the file. */
function fieldText(value: string | number | undefined): string {
  return value === undefined ? "." : String(value);
}

function mapValues<Value, Result>(
  values: Readonly<Record<string, Value>>,
  map: (value: Value) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]));
}
