import type {
  CatalogAppResult,
  CatalogBioSample,
  CatalogDataset,
  CatalogIndex,
  CatalogLibrary,
  CatalogProject,
  CatalogSample,
  CatalogSampleLibrary,
} from "../../catalog/schema.ts";
import {
  count,
  date,
  defined,
  type Facts,
  flag,
  isId,
  name,
  nested,
  reference,
  removed,
  text,
  texts,
} from "./facts.ts";
import { files, representedSample } from "./files.ts";
import { projectOf } from "./project-of.ts";
import { propertiesOf, referencesProperty } from "./properties.ts";
import type { RecordedEntities } from "./recorded-entities.ts";
import { knownReference, references, sessionStatus } from "./sessions-and-runs.ts";

/** The projects with everything in them; `caller`, whose token was recorded, sees all of them. */
export function projects(entities: RecordedEntities, caller: string): readonly CatalogProject[] {
  const inProject = groupedByProject(entities);
  return entities.all("projects").map(([id, facts]) => ({
    id,
    ...removed(facts),
    sharedWith: facts["HasCollaborators"] === false && isOwner(facts, caller) ? [] : [caller],
    name: name(facts, "Name") ?? `Project ${id}`,
    samples: inProject("samples", id).map((child) => sample(entities, child)),
    appResults: inProject("appresults", id).map((child) => appResult(entities, child)),
    datasets: inProject("datasets", id).map((child) => dataset(entities, child)),
    properties: propertiesOf(entities, "projects", id),
    ...defined({
      description: text(facts, "Description"),
      owner: knownReference(entities, "users", facts, "UserOwnedBy"),
      dateCreated: date(facts, "DateCreated"),
      dateModified: date(facts, "DateModified"),
    }),
  }));
}

function isOwner(facts: Facts, user: string): boolean {
  return reference(facts, "UserOwnedBy") === user;
}

type Child = readonly [id: string, facts: Facts];
type ChildNoun = "samples" | "appresults" | "datasets";

function groupedByProject(
  entities: RecordedEntities,
): (noun: ChildNoun, project: string) => readonly Child[] {
  const groups = new Map<string, Child[]>();
  for (const noun of ["samples", "appresults", "datasets"] as const) {
    for (const [id, facts] of entities.all(noun)) {
      const key = `${noun}/${projectOf(facts) ?? ""}`;
      const group = groups.get(key) ?? [];
      groups.set(key, group);
      group.push([id, facts]);
    }
  }
  return (noun, project) => groups.get(`${noun}/${project}`) ?? [];
}

function resultKeys(
  entities: RecordedEntities,
  noun: "samples" | "appresults",
  [id, facts]: Child,
) {
  return {
    id,
    ...removed(facts),
    files: files(entities, noun, id),
    properties: propertiesOf(entities, noun, id),
    references: references(facts),
    ...defined({
      appSession: knownReference(entities, "appsessions", facts, "AppSession"),
      status: sessionStatus(facts),
      genome: /^v1pre3\/genomes\/([1-9]\d{0,17})$/.exec(text(facts, "HrefGenome") ?? "")?.[1],
      dateCreated: date(facts, "DateCreated"),
    }),
  };
}

function appResult(entities: RecordedEntities, child: Child): CatalogAppResult {
  const [id, facts] = child;
  return {
    ...resultKeys(entities, "appresults", child),
    name: name(facts, "Name") ?? `AppResult ${id}`,
    ...defined({ description: text(facts, "Description") }),
  };
}

function sample(entities: RecordedEntities, child: Child): CatalogSample {
  const [id, facts] = child;
  const genome = reference(facts, "Genome");
  return {
    ...resultKeys(entities, "samples", child),
    name: name(facts, "Name") ?? `Sample ${id}`,
    ...defined({
      genome,
      sampleId: text(facts, "SampleId"),
      experimentName: text(facts, "ExperimentName"),
      sampleNumber: count(facts, "SampleNumber"),
      isMerged: flag(facts, "IsMerged"),
      isPairedEnd: flag(facts, "IsPairedEnd"),
      read1: count(facts, "Read1"),
      read2: count(facts, "Read2"),
      numReadsRaw: count(facts, "NumReadsRaw"),
      numReadsPF: count(facts, "NumReadsPF"),
      library: sampleLibrary(nested(facts, "Library")),
    }),
  };
}

function sampleLibrary(library: Facts): CatalogSampleLibrary {
  const { Id: id } = library;
  return defined({
    id: isId("libraries", id) ? id : undefined,
    biologicalSampleId: reference(library, "BiologicalSample"),
    index1: index(nested(library, "Index1")),
    index2: index(nested(library, "Index2")),
  });
}

function index(facts: Facts): CatalogIndex | undefined {
  const { Id: id } = facts;
  const sequence = text(facts, "Sequence") ?? "";
  if (!/^[ACGTN]{1,64}$/.test(sequence)) return undefined;
  const optional = { id: isId("", id) ? id : undefined, name: name(facts, "Name") };
  return { sequence, ...defined(optional) };
}

function dataset(entities: RecordedEntities, [id, facts]: Child): CatalogDataset {
  const inputs = [
    ...referencesProperty("Input.BioSamples", "biosample", hrefs(facts, "InputBioSamples")),
    ...referencesProperty("Input.Runs", "run", hrefs(facts, "InputRuns")),
  ];
  return {
    id,
    ...removed(facts),
    name: name(facts, "Name") ?? `Dataset ${id}`,
    attributes: nested(facts, "Attributes"),
    files: files(entities, "datasets", id),
    properties: propertiesOf(entities, "datasets", id, inputs),
    ...defined({
      sample: representedSample(entities, facts),
      type: name(nested(facts, "DatasetType"), "Id"),
      appSession: knownReference(entities, "appsessions", facts, "AppSession"),
      qcStatus: text(facts, "QcStatus"),
      uploadStatus: text(facts, "UploadStatus"),
      archived: flag(facts, "IsArchived"),
      dateCreated: date(facts, "DateCreated"),
      dateModified: date(facts, "DateModified"),
    }),
  };
}

function hrefs(facts: Facts, key: "InputBioSamples" | "InputRuns"): readonly string[] {
  const noun = key === "InputRuns" ? "v1pre3/runs" : "v2/biosamples";
  return texts(facts[key]).map((id) => `${noun}/${id}`);
}

export function bioSamples(entities: RecordedEntities): readonly CatalogBioSample[] {
  const libraries = new Map<string, Child[]>();
  for (const child of entities.all("libraries")) {
    const bioSample = reference(child[1], "BioSample") ?? "";
    const group = libraries.get(bioSample) ?? [];
    libraries.set(bioSample, group);
    group.push(child);
  }
  return entities.all("biosamples").map(([id, facts]) => ({
    id,
    ...removed(facts),
    name: name(facts, "BioSampleName", "Name") ?? `BioSample ${id}`,
    project: projectOf(facts) ?? "",
    libraries: (libraries.get(id) ?? []).map((child) => library(entities, child)),
    properties: propertiesOf(entities, "biosamples", id),
    ...defined({
      owner: knownReference(entities, "users", facts, "UserOwnedBy"),
      status: text(facts, "Status"),
      labStatus: text(facts, "LabStatus"),
      dateCreated: date(facts, "DateCreated"),
      dateModified: date(facts, "DateModified"),
    }),
  }));
}

function library(entities: RecordedEntities, [id, facts]: Child): CatalogLibrary {
  return {
    id,
    ...removed(facts),
    properties: propertiesOf(entities, "libraries", id),
    ...defined({
      name: name(facts, "Name"),
      project: knownReference(entities, "projects", facts, "Project"),
      status: text(facts, "Status"),
      dateCreated: date(facts, "DateCreated"),
      dateModified: date(facts, "DateModified"),
    }),
  };
}
