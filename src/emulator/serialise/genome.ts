import type { Json } from "./view.ts";

/** A reference genome; source and build are known only where they were recorded. */
export interface Genome {
  readonly id: string;
  readonly species: string;
  readonly source?: string;
  readonly build?: string;
}

const RECORDED: Readonly<Record<string, Pick<Genome, "source" | "build">>> = {
  "Homo sapiens": { source: "UCSC", build: "hg19" },
};

/** The species that the service's clients show, as they spell them; the Ids are counted from 1 in this order. */
export const GENOMES: readonly Genome[] = [
  "Arabidopsis thaliana",
  "Bos Taurus",
  "Escherichia coli",
  "Homo sapiens",
  "Mus musculus",
  "Phix",
  "Rhodobacter sphaeroides",
  "Rattus norvegicus",
  "Saccharomyces cerevisiae",
  "Staphylococcus aureus",
  "Bacillus Cereus",
].map((species, index) => ({ id: String(index + 1), species, ...RECORDED[species] }));

/** Undefined for a sample without a genome and for an Id that the emulator does not know. */
export function genomeCompact(genomeId: string | undefined): Json | undefined {
  const genome = GENOMES.find(({ id }) => id === genomeId);
  if (genome === undefined) return undefined;
  const { species, source, build } = genome;
  return {
    Id: genomeId,
    DisplayName: source === undefined ? species : `${species} - ${source} (${build})`,
    SpeciesName: species,
    Source: source,
    Build: build,
    Href: `v1pre3/genomes/${genomeId}`,
    HrefAnnotations: `v1pre3/genomes/${genomeId}/annotations`,
  };
}
