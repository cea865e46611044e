import { putAppResult } from "../services/create-app-result.ts";
import { putProject } from "../services/create-project.ts";
import type { AppResult, LibraryIndex, Project, Sample } from "../state/entities.ts";
import { entityKeys, storedProperties, storedReferences } from "./defaults.ts";
import { existingId, existingIdOr, type FillContext } from "./fill-context.ts";
import { fillDataset } from "./fill-datasets.ts";
import { fillFiles } from "./fill-files.ts";
import { fillSession } from "./fill-sessions.ts";
import type { CatalogAppResult, CatalogIndex, CatalogProject, CatalogSample } from "./schema.ts";

/** Stores a project with its samples and app results. */
export function fillProject(context: FillContext, entry: CatalogProject): void {
  const { transaction, ids, dates, author } = context;
  const dateCreated = dates.pick(entry.dateCreated);
  const project = putProject(transaction, {
    ...entityKeys(entry),
    id: ids.pick("projects", entry.id),
    name: entry.name,
    dateCreated,
    ownerId: existingIdOr(transaction, "users", entry.owner, author.userId),
    sharedWith: (entry.sharedWith ?? []).map((id) => existingId(transaction, "users", id)),
    description: entry.description ?? "",
    dateModified: dates.pick(entry.dateModified ?? dateCreated),
    properties: storedProperties(entry.properties, author, dateCreated),
  });
  (entry.samples ?? []).forEach((sample, index) =>
    fillSample(context, project, { sampleNumber: index + 1, ...sample }),
  );
  for (const result of entry.appResults ?? []) fillAppResult(context, project, result);
  (entry.datasets ?? []).forEach((dataset, index) =>
    fillDataset(context, project, { index, ...dataset }),
  );
}

function fillSample(context: FillContext, project: Project, entry: CatalogSample): void {
  const sample: Sample = {
    ...childKeys(context, project, entry, "samples"),
    sampleId: entry.sampleId ?? entry.name,
    experimentName: entry.experimentName ?? project.name,
    sampleNumber: entry.sampleNumber ?? 1,
    isMerged: entry.isMerged ?? false,
    ...readKeys(entry),
    ...libraryKeys(entry),
  };
  context.transaction.put("samples", sample);
  fillFiles(context, { noun: "samples", id: sample.id }, entry.files, sample.dateCreated);
}

function readKeys(
  entry: CatalogSample,
): Pick<Sample, "isPairedEnd" | "read1" | "read2" | "numReadsRaw" | "numReadsPF"> {
  const { isPairedEnd = true, read1 = 151, numReadsRaw = 0 } = entry;
  const { read2 = isPairedEnd ? read1 : 0, numReadsPF = numReadsRaw } = entry;
  return { isPairedEnd, read1, read2, numReadsRaw, numReadsPF };
}

function libraryKeys({ library }: CatalogSample): Pick<Sample, "library"> {
  if (library === undefined) return {};
  const { index1, index2, ...ids } = library;
  return {
    library: {
      ...ids,
      ...(index1 === undefined ? {} : { index1: storedIndex(index1) }),
      ...(index2 === undefined ? {} : { index2: storedIndex(index2) }),
    },
  };
}

/** The default Id has one digit for each base, so that equal sequences have equal Ids and different ones do not. */
function storedIndex({ id, name, sequence }: CatalogIndex): LibraryIndex {
  const digits = Array.from(sequence, (base) => "ACGTN".indexOf(base) + 1);
  return { id: id ?? digits.join(""), name: name ?? sequence, sequence };
}

function fillAppResult(context: FillContext, project: Project, entry: CatalogAppResult): void {
  const result: AppResult = {
    ...childKeys(context, project, entry, "appresults"),
    description: entry.description ?? "",
  };
  putAppResult(context.transaction, result);
  fillFiles(context, { noun: "appresults", id: result.id }, entry.files, result.dateCreated);
}

/** The keys that samples and app results share. An entry that names no session gets a new one. */
function childKeys(
  context: FillContext,
  project: Project,
  entry: CatalogSample | CatalogAppResult,
  table: "samples" | "appresults",
): Omit<AppResult, "description"> {
  const { transaction, ids, dates, author } = context;
  const dateCreated = dates.pick(entry.dateCreated);
  const { name, appSession, genome, status } = entry;
  const newSession = { name, dateCreated, createdBy: project.ownerId };
  return {
    ...entityKeys(entry),
    id: ids.pick(table, entry.id),
    name,
    dateCreated,
    projectId: project.id,
    ownerId: project.ownerId,
    appSessionId:
      appSession === undefined
        ? fillSession(context, status === undefined ? newSession : { ...newSession, status })
        : existingId(transaction, "appsessions", appSession),
    references: storedReferences(entry.references),
    properties: storedProperties(entry.properties, author, dateCreated),
    ...(genome === undefined ? {} : { genomeId: genome }),
  };
}
