import { createHash } from "node:crypto";
import type { Project, Sample } from "../state/entities.ts";
import type { Dataset } from "../state/v2-entities.ts";
import { entityKeys, storedProperties } from "./defaults.ts";
import { fillFiles } from "./fill-files.ts";
import { fillSession } from "./fill-sessions.ts";
import { type Filling, knownId } from "./fill-context.ts";
import type { CatalogDataset } from "./schema.ts";

/** Stores a dataset of a project; `place` is its number there, from which it gets its Id. */
export function fillDataset(
  filling: Filling,
  project: Project,
  given: CatalogDataset & { readonly place: number },
): void {
  const { draft, dates, author } = filling;
  const sample =
    given.sample === undefined
      ? undefined
      : draft.need("samples", knownId(draft, "samples", given.sample));
  const dateCreated = dates.pick(given.dateCreated ?? sample?.dateCreated);
  const dataset: Dataset = {
    ...entityKeys(given),
    ...stateKeys(given),
    id: given.id ?? madeId(project.id, given.place),
    name: given.name,
    projectId: project.id,
    ownerId: project.ownerId,
    appSessionId: sessionOf(filling, given, { project, sample, dateCreated }),
    ...(sample === undefined ? {} : { sampleId: sample.id }),
    dateCreated,
    dateModified: dates.pick(given.dateModified ?? dateCreated),
    properties: storedProperties(given.properties, author, dateCreated),
  };
  draft.put("datasets", dataset);
  fillFiles(filling, { noun: "datasets", id: dataset.id }, given.files, dateCreated);
}

function stateKeys(
  given: CatalogDataset,
): Pick<Dataset, "typeId" | "attributes" | "qcStatus" | "uploadStatus" | "isArchived"> {
  return {
    typeId: given.type ?? (given.sample === undefined ? "common.files" : "illumina.fastq.v1.8"),
    attributes: given.attributes ?? {},
    qcStatus: given.qcStatus ?? "Undefined",
    uploadStatus: given.uploadStatus ?? "Completed",
    isArchived: given.archived ?? false,
  };
}

interface Origin {
  readonly project: Project;
  readonly sample: Sample | undefined;
  readonly dateCreated: string;
}

function sessionOf(
  filling: Filling,
  { name, appSession, status = "Complete" }: CatalogDataset,
  { project, sample, dateCreated }: Origin,
): string {
  if (appSession !== undefined) return knownId(filling.draft, "appsessions", appSession);
  if (sample !== undefined) return sample.appSessionId;
  return fillSession(filling, { name, status, dateCreated, createdBy: project.ownerId });
}

function madeId(projectId: string, place: number): string {
  return `ds.${createHash("md5").update(`${projectId}/${place}`).digest("hex")}`;
}
