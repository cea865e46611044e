import type { Genome } from "./genome.ts";
import type { Plan } from "./plan.ts";
import { instrument } from "./run-facts.ts";
import type { SequencedSample } from "./sequencing.ts";

/*
 * The account of the demo data: the project, sample, app result or run that each file belongs to. It also has two
 * special cases of names: a project whose name has a slash, and two samples of the same name.
 */

/** A file: its path in BaseSpace, and the path below the output folder where its bytes are. */
export interface AccountFile {
  readonly path: string;
  readonly source: string;
}

export interface AccountSample {
  readonly id: string;
  readonly name: string;
  readonly number: number;
  readonly lane: number;
  readonly pairs: number;
  readonly readLength: number;
  readonly index: string;
  readonly dateCreated: string;
  readonly files: readonly AccountFile[];
}

export interface AccountAppResult {
  readonly id: string;
  readonly sessionId: string;
  readonly name: string;
  readonly application: string;
  readonly description: string;
  readonly status: "Complete" | "Running";
  readonly statusSummary: string;
  readonly dateCreated: string;
  /** Ids of the samples it was made from. */
  readonly sampleIds: readonly string[];
  readonly files: readonly AccountFile[];
}

export interface AccountProject {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly dateCreated: string;
  readonly samples: readonly AccountSample[];
  readonly appResults: readonly AccountAppResult[];
}

export interface AccountRun {
  readonly id: string;
  readonly name: string;
  readonly experimentName: string;
  readonly number: number;
  readonly dateCreated: string;
  readonly files: readonly AccountFile[];
}

export interface Account {
  readonly projects: readonly AccountProject[];
  readonly run: AccountRun;
}

export interface AccountParts {
  readonly plan: Plan;
  readonly genome: Genome;
  readonly samples: readonly SequencedSample[];
  /** Paths within the run; the bytes are below `run/`. */
  readonly runFiles: readonly string[];
}

/** The log of the app result that is still running. */
export const runningLog: { readonly source: string; readonly text: string } = {
  source: "logs/joint-calling.log",
  text: [
    "2024-01-23T09:00:02Z joint calling started",
    "2024-01-23T09:00:05Z reading alignments",
    "2024-01-23T09:01:40Z NC_001416.1: 25000 of 48502 bases",
    "",
  ].join("\n"),
};

export function describeAccount({ plan, genome, samples, runFiles }: AccountParts): Account {
  const main = samples.filter((sample) => sample.plan.project === "main");
  const course = samples.filter((sample) => sample.plan.project === "course");
  const mainSamples = main.flatMap((sample) => sampleEntities(sample, plan.readLength));
  return {
    projects: [
      {
        id: "1001",
        name: "Phage lambda",
        description: `Resequencing of ${genome.name}, ${genome.description}`,
        dateCreated: at(16, 8),
        samples: mainSamples,
        appResults: [
          reference(genome),
          ...main.map(alignment),
          jointCalling(mainSamples.map(({ id }) => id)),
        ],
      },
      {
        id: "1002",
        name: "Course 2024: day 1/2",
        description: "One sample, sequenced a second time because the first was not deep enough",
        dateCreated: at(17, 8),
        samples: course.flatMap((sample) => sampleEntities(sample, plan.readLength)),
        appResults: course.map(alignment),
      },
    ],
    run: {
      id: "5001",
      name: instrument.runName,
      experimentName: "Lambda library check",
      number: instrument.runNumber,
      dateCreated: at(18, 9),
      files: runFiles.map((path) => ({ path, source: `run/${path}` })),
    },
  };
}

function sampleEntities(sample: SequencedSample, readLength: number): AccountSample[] {
  const { name, number, index, lanes } = sample.plan;
  return lanes.map(({ lane, pairs }, position) => ({
    id: sampleId(number, position),
    name,
    number,
    lane,
    pairs,
    readLength,
    index,
    dateCreated: at(19 + position, 8 + (number % 12)),
    files: (sample.fastq[position] ?? []).map((source) => ({
      path: `Data/Intensities/BaseCalls/${baseName(source)}`,
      source,
    })),
  }));
}

function sampleId(number: number, position: number): string {
  return String(2000 + number + 100 * position);
}

function reference(genome: Genome): AccountAppResult {
  return {
    id: "4000",
    sessionId: "3000",
    name: "Reference",
    application: "Reference upload",
    description: `${genome.name}, ${genome.sequence.length} bases`,
    status: "Complete",
    statusSummary: "",
    dateCreated: at(16, 9),
    sampleIds: [],
    files: ["lambda.fa", "lambda.fa.fai"].map((name) => ({
      path: name,
      source: `reference/${name}`,
    })),
  };
}

function alignment({ plan, bam, vcf }: SequencedSample): AccountAppResult {
  return {
    id: String(4000 + plan.number),
    sessionId: String(3000 + plan.number),
    name: `${plan.name} alignment`,
    application: "BWA and bcftools",
    description: "Reads aligned with bwa mem; variants called with bcftools",
    status: "Complete",
    statusSummary: "All steps done",
    dateCreated: at(22, 8 + (plan.number % 12)),
    sampleIds: plan.lanes.map((_, position) => sampleId(plan.number, position)),
    files: [bam, `${bam}.bai`, vcf, `${vcf}.tbi`].map((source) => ({
      path: baseName(source),
      source,
    })),
  };
}

function jointCalling(sampleIds: readonly string[]): AccountAppResult {
  return {
    id: "4900",
    sessionId: "3900",
    name: "Joint calling",
    application: "BWA and bcftools",
    description: "Not finished yet",
    status: "Running",
    statusSummary: "Calling variants",
    dateCreated: at(23, 9),
    sampleIds,
    files: [{ path: "logs/joint-calling.log", source: runningLog.source }],
  };
}

/** A time in January 2024, at a full hour. */
function at(day: number, hour: number): string {
  return new Date(Date.UTC(2024, 0, day, hour)).toISOString();
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
