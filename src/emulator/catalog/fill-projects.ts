import { putAppResult } from "../services/create-app-result.ts";
import { putProject } from "../services/create-project.ts";
import type { AppResult, LibraryIndex, Project, Sample } from "../state/entities.ts";
import { entityKeys, storedProperties, storedReferences } from "./defaults.ts";
import { fillDataset } from "./fill-datasets.ts";
import { fillFiles } from "./fill-files.ts";
import { fillSession } from "./fill-sessions.ts";
import { type Filling, knownId, knownOr } from "./fill-context.ts";
import type { CatalogAppResult, CatalogIndex, CatalogProject, CatalogSample } from "./schema.ts";

/** Stores a project with its samples and app results. */
export function fillProject(filling: Filling, given: CatalogProject): void {
  const { draft, ids, dates, author } = filling;
  const dateCreated = dates.pick(given.dateCreated);
  const project = putProject(draft, {
    ...entityKeys(given),
    id: ids.pick("projects", given.id),
    name: given.name,
    dateCreated,
    ownerId: knownOr(draft, "users", given.owner, author.userId),
    sharedWith: (given.sharedWith ?? []).map((id) => knownId(draft, "users", id)),
    description: given.description ?? "",
    dateModified: dates.pick(given.dateModified ?? dateCreated),
    properties: storedProperties(given.properties, author, dateCreated),
  });
  (given.samples ?? []).forEach((sample, index) =>
    fillSample(filling, project, { sampleNumber: index + 1, ...sample }),
  );
  for (const result of given.appResults ?? []) fillAppResult(filling, project, result);
  (given.datasets ?? []).forEach((dataset, index) =>
    fillDataset(filling, project, { place: index, ...dataset }),
  );
}

function fillSample(filling: Filling, project: Project, given: CatalogSample): void {
  const sample: Sample = {
    ...childKeys(filling, project, given, "samples"),
    sampleId: given.sampleId ?? given.name,
    experimentName: given.experimentName ?? project.name,
    sampleNumber: given.sampleNumber ?? 1,
    isMerged: given.isMerged ?? false,
    ...readKeys(given),
    ...libraryKeys(given),
  };
  filling.draft.put("samples", sample);
  fillFiles(filling, { noun: "samples", id: sample.id }, given.files, sample.dateCreated);
}

function readKeys(
  given: CatalogSample,
): Pick<Sample, "isPairedEnd" | "read1" | "read2" | "numReadsRaw" | "numReadsPF"> {
  const { isPairedEnd = true, read1 = 151, numReadsRaw = 0 } = given;
  const { read2 = isPairedEnd ? read1 : 0, numReadsPF = numReadsRaw } = given;
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

/** Its Id has a digit for each base, so that equal sequences have equal Ids and others have others. */
function storedIndex({ id, name, sequence }: CatalogIndex): LibraryIndex {
  const digits = Array.from(sequence, (base) => "ACGTN".indexOf(base) + 1);
  return { id: id ?? digits.join(""), name: name ?? sequence, sequence };
}

function fillAppResult(filling: Filling, project: Project, given: CatalogAppResult): void {
  const result: AppResult = {
    ...childKeys(filling, project, given, "appresults"),
    description: given.description ?? "",
  };
  putAppResult(filling.draft, result);
  fillFiles(filling, { noun: "appresults", id: result.id }, given.files, result.dateCreated);
}

/** What samples and app results have in common. Without a session they get one of their own. */
function childKeys(
  filling: Filling,
  project: Project,
  given: CatalogSample | CatalogAppResult,
  table: "samples" | "appresults",
): Omit<AppResult, "description"> {
  const { draft, ids, dates, author } = filling;
  const dateCreated = dates.pick(given.dateCreated);
  const { name, appSession, genome, status } = given;
  const ownSession = { name, dateCreated, createdBy: project.ownerId };
  return {
    ...entityKeys(given),
    id: ids.pick(table, given.id),
    name,
    dateCreated,
    projectId: project.id,
    ownerId: project.ownerId,
    appSessionId:
      appSession === undefined
        ? fillSession(filling, status === undefined ? ownSession : { ...ownSession, status })
        : knownId(draft, "appsessions", appSession),
    references: storedReferences(given.references),
    properties: storedProperties(given.properties, author, dateCreated),
    ...(genome === undefined ? {} : { genomeId: genome }),
  };
}
