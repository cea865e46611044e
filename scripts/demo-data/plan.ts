/** What is sequenced: the samples, their projects and lanes, and the depth. */
export interface SamplePlan {
  readonly name: string;
  readonly number: number;
  readonly project: "main" | "course";
  /** One BaseSpace sample per entry; a second one is the same sample sequenced again in lane 2. */
  readonly lanes: readonly LanePlan[];
  readonly index: string;
}

export interface LanePlan {
  readonly lane: number;
  readonly pairs: number;
}

export interface Plan {
  readonly seed: number;
  readonly readLength: number;
  readonly samples: readonly SamplePlan[];
  /** Approximate count of files in the run folder. */
  readonly runFiles: number;
  /** Compression level of gzip and BAM: the committed data is as small as possible, larger sets are made faster. */
  readonly compression: 6 | 9;
}

export const readLength = 150;

const INDEXES = [
  "ATCACGTT",
  "CGATGTAC",
  "TTAGGCAT",
  "TGACCACT",
  "ACAGTGGT",
  "GCCAATCA",
  "CAGATCTG",
];

/** Measured: the bytes that one pair of reads adds to the two FASTQ files and the BAM. */
const BYTES_PER_PAIR = 229;
const DEMO_PAIRS = 1800;

export interface PlanOptions {
  readonly seed: number;
  readonly samples: number;
  /** Approximate size of the whole set; by default that of the committed data. */
  readonly sizeBytes?: number;
  readonly runFiles?: number;
}

/** The last sample belongs to the other project, where another fifth of its reads was sequenced later. */
export function makePlan({ seed, samples, sizeBytes, runFiles = 80 }: PlanOptions): Plan {
  const pairs =
    sizeBytes === undefined ? DEMO_PAIRS : Math.ceil(sizeBytes / (samples + 0.2) / BYTES_PER_PAIR);
  const planned = Array.from({ length: samples }, (_, at): SamplePlan => {
    const isLast = at === samples - 1;
    const topUp = isLast ? [{ lane: 2, pairs: Math.ceil(pairs / 5) }] : [];
    return {
      name: `lambda-${at + 1}`,
      number: at + 1,
      project: isLast ? "course" : "main",
      lanes: [{ lane: 1, pairs }, ...topUp],
      index: INDEXES[at % INDEXES.length] ?? "ATCACGTT",
    };
  });
  const compression = sizeBytes === undefined ? 9 : 6;
  return { seed, readLength, samples: planned, runFiles, compression };
}
