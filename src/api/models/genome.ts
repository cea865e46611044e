import type { GenomeId } from "../../core/ids.ts";
import { decoder, entityFields, type ModelOf, optional, withDefault } from "./model.ts";
import type { Decode } from "./parse.ts";
import { text } from "./wire.ts";

const fields = {
  ...entityFields<GenomeId>(),
  /** `Homo Sapiens - UCSC (hg19)`, the service's `DisplayName`. */
  name: withDefault("DisplayName", text, () => ""),
  /** Relative to the API server. */
  href: withDefault("Href", text, () => ""),
  /** The name of the species. */
  speciesName: optional("SpeciesName", text),
  /** `UCSC`, `NCBI`, … */
  source: optional("Source", text),
  /** `hg19` */
  build: optional("Build", text),
  /** The path of its annotations. */
  hrefAnnotations: optional("HrefAnnotations", text),
};

/** A reference genome. */
export interface Genome extends ModelOf<typeof fields> {}

export const decodeGenome: Decode<Genome> = decoder(fields);
