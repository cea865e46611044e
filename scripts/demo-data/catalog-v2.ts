import type {
  CatalogAppSession,
  CatalogBioSample,
  CatalogDataset,
} from "../../src/emulator/catalog/schema.ts";
import type { Account, AccountProject, AccountRun, AccountSample } from "./account.ts";

/*
 * The same account as v2 shows it: what was sequenced is a biosample with its library, and the FASTQ files of one
 * lane are a dataset, which represents the v1 sample. The datasets of each day have a session of their own.
 */

export const FASTQ_APPLICATION = "FASTQ Generation";

/** A biosample of each name, in the project of its samples. */
export function toBioSamples(projects: readonly AccountProject[]): CatalogBioSample[] {
  return projects.flatMap(({ id: project, samples }) => {
    const firstOfEach = samples.filter(
      ({ number }, at) => samples.findIndex((other) => other.number === number) === at,
    );
    return firstOfEach.map(({ name, number, index }) => ({
      id: String(6000 + number),
      name,
      project,
      dateCreated: "2024-01-17T09:00:00.000Z",
      libraries: [{ id: libraryId(number) }],
      properties: [{ name: "Demo.index", content: index }],
    }));
  });
}

export function toDataset(
  { id, name, number, lane }: AccountSample,
  run: AccountRun,
): CatalogDataset {
  return {
    name: `${name}_L00${lane}`,
    sample: id,
    properties: [
      {
        name: "BaseSpace.Metrics.FastQ",
        contentMap: [{ Key: "LaneNumber", Values: [String(lane)] }],
      },
      {
        name: "Input.Libraries",
        type: "library[]",
        items: [`v2/libraries/${libraryId(number)}`],
      },
      inputRuns(run),
    ],
  };
}

/** One session for each day on which samples were created. */
export function toFastqSessions(
  { projects, run }: Account,
  application: string,
): CatalogAppSession[] {
  const samples = projects.flatMap((project) => project.samples);
  const lanes = [...new Set(samples.map(({ lane }) => lane))];
  return lanes.map((lane) => {
    const [first] = samples.filter((sample) => sample.lane === lane);
    const day = (first?.dateCreated ?? run.dateCreated).slice(0, 10);
    return {
      id: fastqSessionId(lane),
      name: `${FASTQ_APPLICATION} ${day} 08:00:00Z`,
      application,
      status: "Complete",
      statusSummary: "Application completed successfully",
      dateCreated: `${day}T08:00:00.000Z`,
      properties: [inputRuns(run)],
    };
  });
}

export function fastqSessionId(lane: number): string {
  return String(3499 + lane);
}

/** The inputs of a sample, a dataset or a session, as properties. */
export function inputRuns({ id }: AccountRun): NonNullable<CatalogDataset["properties"]>[number] {
  return { name: "Input.Runs", type: "run[]", items: [`v1pre3/runs/${id}`] };
}

function libraryId(sampleNumber: number): string {
  return String(7000 + sampleNumber);
}
