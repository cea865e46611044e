import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeFastq } from "./fastq.ts";
import type { Genome } from "./genome.ts";
import type { Plan, SamplePlan } from "./plan.ts";
import { seededRandom } from "./random.ts";
import { simulateReads } from "./reads.ts";
import { instrument, tileNumbers } from "./run-facts.ts";
import { runTool } from "./shell.ts";
import { applyVariants, laboratoryStrain, plantVariants, type Variant } from "./variants.ts";

/** The files of one sample, as paths below the output folder. */
export interface SequencedSample {
  readonly plan: SamplePlan;
  readonly planted: readonly Variant[];
  /** FASTQ files of each lane, in the order of `plan.lanes`. */
  readonly fastq: readonly (readonly [string, string])[];
  readonly bam: string;
  readonly vcf: string;
}

const analyse = fileURLToPath(new URL("analyse.sh", import.meta.url));
const NEW_VARIANTS = 10;

/** Simulates the reads of one sample, aligns them and calls its variants. */
export async function sequenceSample(
  plan: Plan,
  sample: SamplePlan,
  genome: Genome,
  folder: string,
): Promise<SequencedSample> {
  await mkdir(join(folder, sample.name), { recursive: true });
  const random = seededRandom(plan.seed * 1000 + sample.number);
  const planted = variantsOf(plan, sample, genome);
  const mutant = applyVariants(genome.sequence, planted);

  const fastq: [string, string][] = [];
  for (const { lane, pairs } of sample.lanes) {
    const files = fastqNames(sample, lane);
    const options = { pairs, readLength: plan.readLength, tiles: tileNumbers(14) };
    const names = { prefix: instrument.readPrefix, lane, index: sample.index };
    const paths = files.map((file) => join(folder, file)) as [string, string];
    await writeFastq(simulateReads(mutant, options, random), names, paths);
    // Without a name and a time in the gzip header, the same text makes the same file.
    await runTool(folder, "gzip", ["-n", `-${plan.compression}`, "-f", ...files]);
    fastq.push(files.map((file) => `${file}.gz`) as [string, string]);
  }
  const out = join(sample.name, sample.name);
  await runTool(folder, analyse, [
    "lambda.fa",
    sample.name,
    out,
    String(plan.compression),
    ...fastq.flat(),
  ]);
  return { plan: sample, planted, fastq, bam: `${out}.bam`, vcf: `${out}.vcf.gz` };
}

/** The variants of a sample's genome, which the caller has to find. */
export function variantsOf(plan: Plan, sample: SamplePlan, genome: Genome): Variant[] {
  const random = seededRandom(plan.seed * 2000 + sample.number);
  return plantVariants(genome.sequence, NEW_VARIANTS, laboratoryStrain, random);
}

/** Writes the reference and the aligner's index where the tools find them by file name. */
export async function indexReference(folder: string): Promise<void> {
  await runTool(folder, "bwa", ["index", "lambda.fa"]);
}

/** Removes the aligner's index and moves the reference into its own folder. */
export async function storeReference(folder: string): Promise<void> {
  const suffixes = ["amb", "ann", "bwt", "pac", "sa"].map((suffix) => `lambda.fa.${suffix}`);
  await runTool(folder, "rm", ["-f", ...suffixes]);
  await mkdir(join(folder, "reference"), { recursive: true });
  for (const name of ["lambda.fa", "lambda.fa.fai"]) {
    await rename(join(folder, name), join(folder, "reference", name));
  }
}

function fastqNames(sample: SamplePlan, lane: number): [string, string] {
  const stem = `${sample.name}/${sample.name}_S${sample.number}_L00${lane}`;
  return [`${stem}_R1_001.fastq`, `${stem}_R2_001.fastq`];
}
