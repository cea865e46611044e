import type { BioSample } from "../state/v2-entities.ts";
import { entityKeys, storedProperties } from "./defaults.ts";
import { type Filling, knownId, knownOr } from "./fill-context.ts";
import type { CatalogBioSample, CatalogLibrary } from "./schema.ts";

/** Stores a biosample and the libraries made of it. */
export function fillBioSample(filling: Filling, given: CatalogBioSample): void {
  const { draft, ids, dates, author } = filling;
  const project = draft.need("projects", knownId(draft, "projects", given.project));
  const dateCreated = dates.pick(given.dateCreated);
  const bioSample: BioSample = {
    ...entityKeys(given),
    id: ids.pick("biosamples", given.id),
    name: given.name,
    ownerId: knownOr(draft, "users", given.owner, project.ownerId),
    defaultProjectId: project.id,
    status: given.status ?? "New",
    labStatus: given.labStatus ?? "Sequencing",
    dateCreated,
    dateModified: dates.pick(given.dateModified ?? dateCreated),
    properties: storedProperties(given.properties, author, dateCreated),
  };
  draft.put("biosamples", bioSample);
  for (const library of given.libraries ?? []) fillLibrary(filling, bioSample, library);
}

function fillLibrary(
  { draft, ids, dates, author }: Filling,
  bioSample: BioSample,
  given: CatalogLibrary,
): void {
  const dateCreated = dates.pick(given.dateCreated ?? bioSample.dateCreated);
  draft.put("libraries", {
    ...entityKeys(given),
    id: ids.pick("libraries", given.id),
    name: given.name ?? bioSample.name,
    ownerId: bioSample.ownerId,
    bioSampleId: bioSample.id,
    projectId: knownOr(draft, "projects", given.project, bioSample.defaultProjectId),
    status: given.status ?? "Active",
    dateCreated,
    dateModified: dates.pick(given.dateModified ?? dateCreated),
    properties: storedProperties(given.properties, author, dateCreated),
  });
}
