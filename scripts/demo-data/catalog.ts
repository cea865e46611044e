import type {
  Catalog,
  CatalogAppResult,
  CatalogAppSession,
  CatalogFile,
  CatalogProperty,
  CatalogReference,
  CatalogRun,
  CatalogSample,
} from "../../src/emulator/catalog/schema.ts";
import type {
  Account,
  AccountAppResult,
  AccountFile,
  AccountProject,
  AccountRun,
  AccountSample,
} from "./account.ts";
import {
  FASTQ_APPLICATION,
  fastqSessionId,
  inputRuns,
  toBioSamples,
  toDataset,
  toFastqSessions,
} from "./catalog-v2.ts";
import { instrument, runCycles } from "./run-facts.ts";

/** The account as a catalog of the emulator, with one line for each file. */
export function renderCatalog(account: Account): string {
  const json = JSON.stringify(toCatalog(account), null, 2);
  return `${json.replaceAll(FILE, (file) => file.replaceAll(/\s+/g, " "))}\n`;
}

/** Matches a file's object in indented JSON; its paths contain no braces and no double spaces. */
const FILE = /\{\s+"path": "[^"]*",\s+"dateCreated": "[^"]*",\s+"content": \{[^}]*\}\s+\}/g;

function toCatalog({ projects, run }: Account): Catalog {
  const results = projects.flatMap(({ appResults }) => appResults);
  const makers = results.map(({ application }) => application);
  const applications = [...new Set([...makers, FASTQ_APPLICATION])];
  const applicationIds = new Map(applications.map((name, at) => [name, String(201 + at)]));
  return {
    users: [{ id: "101", name: "Demo User", email: "demo@example.org", dateCreated: "2023-11-06" }],
    applications: applications.map((name, at) => ({ id: String(201 + at), name })),
    appSessions: [
      ...toFastqSessions({ projects, run }, applicationIds.get(FASTQ_APPLICATION) ?? ""),
      ...results.map((result) => toSession(result, applicationIds.get(result.application) ?? "")),
    ],
    projects: projects.map((project) => toProject(project, run)),
    runs: [toRun(run, projects)],
    bioSamples: toBioSamples(projects),
  };
}

function toProject(
  project: AccountProject,
  run: AccountRun,
): NonNullable<Catalog["projects"]>[number] {
  const { id, name, description, dateCreated } = project;
  return {
    id,
    name,
    description,
    dateCreated,
    samples: project.samples.map((sample) => toSample(sample, project, run)),
    appResults: project.appResults.map(toAppResult),
    datasets: project.samples.map((sample) => toDataset(sample, run)),
  };
}

function toSample(
  sample: AccountSample,
  { appResults }: AccountProject,
  run: AccountRun,
): CatalogSample {
  const { id, name, number, pairs, readLength, dateCreated } = sample;
  return {
    id,
    name,
    sampleId: name,
    sampleNumber: number,
    dateCreated,
    experimentName: "Phage lambda",
    isPairedEnd: true,
    read1: readLength,
    read2: readLength,
    numReadsRaw: 2 * pairs,
    numReadsPF: 2 * pairs,
    appSession: fastqSessionId(sample.lane),
    references: appResults
      .filter(({ sampleIds }) => sampleIds.includes(id))
      .map((result) => reference("UsedBy", "AppResult", `appresults/${result.id}`)),
    properties: [
      { name: "Demo.index", content: sample.index },
      inputRuns(run),
      { name: "PerLaneAttributes.LaneNumbers", content: String(sample.lane) },
    ],
    files: sample.files.map((file) => toFile(file, dateCreated)),
  };
}

function toAppResult(result: AccountAppResult): CatalogAppResult {
  const { id, sessionId, name, description, dateCreated } = result;
  return {
    id,
    appSession: sessionId,
    name,
    description,
    dateCreated,
    references: result.sampleIds.map((sample) => reference("Using", "Sample", `samples/${sample}`)),
    properties: inputSamples(result),
    files: result.files.map((file) => toFile(file, dateCreated)),
  };
}

function toSession(result: AccountAppResult, application: string): CatalogAppSession {
  const { sessionId, name, status, statusSummary, dateCreated } = result;
  return {
    id: sessionId,
    name,
    application,
    status,
    statusSummary,
    dateCreated,
    references: result.sampleIds.map((sample) => reference("Input", "Sample", `samples/${sample}`)),
    properties: inputSamples(result),
  };
}

function toRun(run: AccountRun, projects: readonly AccountProject[]): CatalogRun {
  const { id, name, number, experimentName, dateCreated } = run;
  return {
    id,
    name,
    number,
    experimentName,
    dateCreated,
    status: "Complete",
    flowcellBarcode: instrument.flowcell,
    platformName: "MiSeq",
    workflow: "GenerateFASTQ",
    instrument: { id: 123, name: instrument.serialNumber, type: "MiSeq" },
    cycles: [runCycles.read1, runCycles.read2, runCycles.index, 0],
    samples: projects.flatMap(({ samples }) => samples.map((sample) => sample.id)),
    files: run.files.map((file) => toFile(file, dateCreated)),
  };
}

function toFile({ path, source }: AccountFile, dateCreated: string): CatalogFile {
  return { path, dateCreated, content: { path: source } };
}

function reference(rel: string, type: string, path: string): CatalogReference {
  return { rel, type, href: `v1pre3/${path}` };
}

/** The property that newer sessions and results have in place of references; none without input samples. */
function inputSamples({ sampleIds }: AccountAppResult): readonly CatalogProperty[] {
  if (sampleIds.length === 0) return [];
  const items = sampleIds.map((id) => `v1pre3/samples/${id}`);
  return [{ name: "Input.Samples", type: "sample[]", items }];
}
