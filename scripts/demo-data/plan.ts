/** What is sequenced: which samples, in which projects and lanes, how deep. */
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
  /** Files of the run folder, about. */
  readonly runFiles: number;
  /** Of gzip and BAM: what is committed is made as small as can be, bigger sets in less time. */
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

/** Measured: bytes of the two FASTQ files and the BAM that one pair of reads ends up in. */
const BYTES_PER_PAIR = 229;
const DEMO_PAIRS = 1800;

export interface PlanOptions {
  readonly seed: number;
  readonly samples: number;
  /** Bytes of the whole set, about; without it, what the product ships. */
  readonly sizeBytes?: number;
  readonly runFiles?: number;
}

/** The last sample belongs to the other project and was topped up there by a fifth of its reads. */
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
