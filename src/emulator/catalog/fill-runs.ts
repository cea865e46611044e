import { entityKeys, storedProperties } from "./defaults.ts";
import { existingId, existingIdOr, type FillContext } from "./fill-context.ts";
import { fillFiles } from "./fill-files.ts";
import type { CatalogRun } from "./schema.ts";

/** Stores a run and its files. */
export function fillRun(context: FillContext, entry: CatalogRun): void {
  const { transaction, ids, dates, author } = context;
  const id = ids.pick("runs", entry.id);
  const dateCreated = dates.pick(entry.dateCreated);
  const ownerId = existingIdOr(transaction, "users", entry.owner, author.userId);
  transaction.put("runs", {
    ...entityKeys(entry),
    id,
    name: entry.name,
    ownerId,
    uploadedById: ownerId,
    dateCreated,
    ...machineKeys(entry),
    sharedWith: (entry.sharedWith ?? []).map((user) => existingId(transaction, "users", user)),
    number: entry.number ?? 1,
    experimentName: entry.experimentName ?? entry.name,
    status: entry.status ?? "Complete",
    isArchived: entry.archived ?? false,
    sampleIds: (entry.samples ?? []).map((sample) => existingId(transaction, "samples", sample)),
    dateModified: dates.pick(entry.dateModified ?? dateCreated),
    properties: storedProperties(entry.properties, author, dateCreated),
  });
  fillFiles(context, { noun: "runs", id }, entry.files, dateCreated);
}

function machineKeys(entry: CatalogRun): {
  reagentBarcode: string;
  flowcellBarcode: string;
  platformName: string;
  workflow: string;
  instrument: { id: number; name: string; type: string };
  cycles: readonly [number, number, number, number];
} {
  const { id = 1, name = "M00001", type = "MiSeq" } = entry.instrument ?? {};
  return {
    reagentBarcode: entry.reagentBarcode ?? "MS0000001-600V3",
    flowcellBarcode: entry.flowcellBarcode ?? "000000000-AAAAA",
    platformName: entry.platformName ?? type,
    workflow: entry.workflow ?? "Generate FASTQ",
    instrument: { id, name, type },
    cycles: entry.cycles ?? [151, 151, 8, 8],
  };
}
