import type { Json } from "./view.ts";

interface Genome {
  readonly species: string;
  readonly source: string;
  readonly build: string;
}

/** The genomes whose Id and build were recorded. */
const GENOMES: Readonly<Record<string, Genome>> = {
  "4": { species: "Homo sapiens", source: "UCSC", build: "hg19" },
};

/** Undefined for a sample without a genome and for an Id that the emulator does not know. */
export function genomeCompact(genomeId: string | undefined): Json | undefined {
  const genome = genomeId === undefined ? undefined : GENOMES[genomeId];
  if (genome === undefined) return undefined;
  return {
    Id: genomeId,
    DisplayName: `${genome.species} - ${genome.source} (${genome.build})`,
    SpeciesName: genome.species,
    Source: genome.source,
    Build: genome.build,
    Href: `v1pre3/genomes/${genomeId}`,
    HrefAnnotations: `v1pre3/genomes/${genomeId}/annotations`,
  };
}
