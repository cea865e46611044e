import { createHash } from "node:crypto";
import type { Project, Sample } from "../state/entities.ts";
import type { Dataset } from "../state/v2-entities.ts";
import { entityKeys, storedProperties } from "./defaults.ts";
import { existingId, type FillContext } from "./fill-context.ts";
import { fillFiles } from "./fill-files.ts";
import { fillSession } from "./fill-sessions.ts";
import type { CatalogDataset } from "./schema.ts";

/** Stores a dataset of a project. Its default Id is derived from its position in the project, which is `index`. */
export function fillDataset(
  context: FillContext,
  project: Project,
  entry: CatalogDataset & { readonly index: number },
): void {
  const { transaction, dates, author } = context;
  const sample =
    entry.sample === undefined
      ? undefined
      : transaction.need("samples", existingId(transaction, "samples", entry.sample));
  const dateCreated = dates.pick(entry.dateCreated ?? sample?.dateCreated);
  const dataset: Dataset = {
    ...entityKeys(entry),
    ...typeAndStateKeys(entry),
    id: entry.id ?? datasetId(project.id, entry.index),
    name: entry.name,
    projectId: project.id,
    ownerId: project.ownerId,
    appSessionId: sessionOf(context, entry, { project, sample, dateCreated }),
    ...(sample === undefined ? {} : { sampleId: sample.id }),
    dateCreated,
    dateModified: dates.pick(entry.dateModified ?? dateCreated),
    properties: storedProperties(entry.properties, author, dateCreated),
  };
  transaction.put("datasets", dataset);
  fillFiles(context, { noun: "datasets", id: dataset.id }, entry.files, dateCreated);
}

function typeAndStateKeys(
  entry: CatalogDataset,
): Pick<Dataset, "typeId" | "attributes" | "qcStatus" | "uploadStatus" | "isArchived"> {
  return {
    typeId: entry.type ?? (entry.sample === undefined ? "common.files" : "illumina.fastq.v1.8"),
    attributes: entry.attributes ?? {},
    qcStatus: entry.qcStatus ?? "Undefined",
    uploadStatus: entry.uploadStatus ?? "Completed",
    isArchived: entry.archived ?? false,
  };
}

interface Origin {
  readonly project: Project;
  readonly sample: Sample | undefined;
  readonly dateCreated: string;
}

function sessionOf(
  context: FillContext,
  { name, appSession, status = "Complete" }: CatalogDataset,
  { project, sample, dateCreated }: Origin,
): string {
  if (appSession !== undefined) return existingId(context.transaction, "appsessions", appSession);
  if (sample !== undefined) return sample.appSessionId;
  return fillSession(context, { name, status, dateCreated, createdBy: project.ownerId });
}

function datasetId(projectId: string, index: number): string {
  return `ds.${createHash("md5").update(`${projectId}/${index}`).digest("hex")}`;
}
