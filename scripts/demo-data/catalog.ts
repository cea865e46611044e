import type {
  Catalog,
  CatalogAppResult,
  CatalogAppSession,
  CatalogFile,
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
import { instrument, runCycles } from "./run-facts.ts";

/** The account as the emulator's catalog, with a line for each file. */
export function renderCatalog(account: Account): string {
  const json = JSON.stringify(toCatalog(account), null, 2);
  return `${json.replaceAll(FILE, (file) => file.replaceAll(/\s+/g, " "))}\n`;
}

/** A file's object in indented JSON; the paths in it hold no braces and no double spaces. */
const FILE = /\{\s+"path": "[^"]*",\s+"dateCreated": "[^"]*",\s+"content": \{[^}]*\}\s+\}/g;

function toCatalog({ projects, run }: Account): Catalog {
  const results = projects.flatMap(({ appResults }) => appResults);
  const applications = [...new Set(results.map(({ application }) => application))];
  const applicationIds = new Map(applications.map((name, at) => [name, String(201 + at)]));
  return {
    users: [{ id: "101", name: "Demo User", email: "demo@example.org", dateCreated: "2023-11-06" }],
    applications: applications.map((name, at) => ({ id: String(201 + at), name })),
    appSessions: results.map((result) =>
      toSession(result, applicationIds.get(result.application) ?? ""),
    ),
    projects: projects.map(toProject),
    runs: [toRun(run, projects)],
  };
}

function toProject(project: AccountProject): NonNullable<Catalog["projects"]>[number] {
  const { id, name, description, dateCreated } = project;
  return {
    id,
    name,
    description,
    dateCreated,
    samples: project.samples.map(toSample),
    appResults: project.appResults.map(toAppResult),
  };
}

function toSample(sample: AccountSample): CatalogSample {
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
    properties: [{ name: "Demo.index", content: sample.index }],
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
    references: result.sampleIds.map((sample) => sampleReference("Using", sample)),
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
    references: result.sampleIds.map((sample) => sampleReference("Input", sample)),
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

function sampleReference(
  rel: string,
  id: string,
): { readonly rel: string; readonly type: string; readonly href: string } {
  return { rel, type: "Sample", href: `v1pre3/samples/${id}` };
}
