import { z } from "zod";
import type { Genome, Raw } from "./models.ts";
import { type Decode, model, parse } from "./parse.ts";
import { id, maybe, text } from "./wire.ts";

const shape = z.object({
  Id: id,
  Href: maybe(text),
  DisplayName: maybe(text),
  SpeciesName: maybe(text),
  Source: maybe(text),
  Build: maybe(text),
});

/** As samples carry it. */
export const decodeGenome: Decode<Genome> = (value, at) => {
  const genome = parse(shape, value, at);
  return model<Genome>({
    id: genome.Id,
    name: genome.DisplayName ?? "",
    href: genome.Href ?? "",
    speciesName: genome.SpeciesName,
    source: genome.Source,
    build: genome.Build,
    raw: value as Raw,
  });
};
