import { entityKeys, storedProperties } from "./defaults.ts";
import { fillFiles } from "./fill-files.ts";
import { type Filling, knownId, knownOr } from "./fill-context.ts";
import type { CatalogRun } from "./schema.ts";

/** Stores a run and its files. */
export function fillRun(filling: Filling, given: CatalogRun): void {
  const { draft, ids, dates, author } = filling;
  const id = ids.pick("runs", given.id);
  const dateCreated = dates.pick(given.dateCreated);
  const ownerId = knownOr(draft, "users", given.owner, author.userId);
  draft.put("runs", {
    ...entityKeys(given),
    id,
    name: given.name,
    ownerId,
    uploadedById: ownerId,
    dateCreated,
    ...machineKeys(given),
    sharedWith: (given.sharedWith ?? []).map((user) => knownId(draft, "users", user)),
    number: given.number ?? 1,
    experimentName: given.experimentName ?? given.name,
    status: given.status ?? "Complete",
    isArchived: given.archived ?? false,
    sampleIds: (given.samples ?? []).map((sample) => knownId(draft, "samples", sample)),
    dateModified: dates.pick(given.dateModified ?? dateCreated),
    properties: storedProperties(given.properties, author, dateCreated),
  });
  fillFiles(filling, { noun: "runs", id }, given.files, dateCreated);
}

function machineKeys(given: CatalogRun): {
  reagentBarcode: string;
  flowcellBarcode: string;
  platformName: string;
  workflow: string;
  instrument: { id: number; name: string; type: string };
  cycles: readonly [number, number, number, number];
} {
  const { id = 1, name = "M00001", type = "MiSeq" } = given.instrument ?? {};
  return {
    reagentBarcode: given.reagentBarcode ?? "MS0000001-600V3",
    flowcellBarcode: given.flowcellBarcode ?? "000000000-AAAAA",
    platformName: given.platformName ?? type,
    workflow: given.workflow ?? "Generate FASTQ",
    instrument: { id, name, type },
    cycles: given.cycles ?? [151, 151, 8, 8],
  };
}
