import type { BioSample } from "../state/v2-entities.ts";
import { entityKeys, storedProperties } from "./defaults.ts";
import { existingId, existingIdOr, type FillContext } from "./fill-context.ts";
import type { CatalogBioSample, CatalogLibrary } from "./schema.ts";

/** Stores a biosample and its libraries. */
export function fillBioSample(context: FillContext, entry: CatalogBioSample): void {
  const { transaction, ids, dates, author } = context;
  const project = transaction.need("projects", existingId(transaction, "projects", entry.project));
  const dateCreated = dates.pick(entry.dateCreated);
  const bioSample: BioSample = {
    ...entityKeys(entry),
    id: ids.pick("biosamples", entry.id),
    name: entry.name,
    ownerId: existingIdOr(transaction, "users", entry.owner, project.ownerId),
    defaultProjectId: project.id,
    status: entry.status ?? "New",
    labStatus: entry.labStatus ?? "Sequencing",
    dateCreated,
    dateModified: dates.pick(entry.dateModified ?? dateCreated),
    properties: storedProperties(entry.properties, author, dateCreated),
  };
  transaction.put("biosamples", bioSample);
  for (const library of entry.libraries ?? []) fillLibrary(context, bioSample, library);
}

function fillLibrary(
  { transaction, ids, dates, author }: FillContext,
  bioSample: BioSample,
  entry: CatalogLibrary,
): void {
  const dateCreated = dates.pick(entry.dateCreated ?? bioSample.dateCreated);
  transaction.put("libraries", {
    ...entityKeys(entry),
    id: ids.pick("libraries", entry.id),
    name: entry.name ?? bioSample.name,
    ownerId: bioSample.ownerId,
    bioSampleId: bioSample.id,
    projectId: existingIdOr(transaction, "projects", entry.project, bioSample.defaultProjectId),
    status: entry.status ?? "Active",
    dateCreated,
    dateModified: dates.pick(entry.dateModified ?? dateCreated),
    properties: storedProperties(entry.properties, author, dateCreated),
  });
}
