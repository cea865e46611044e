/**
 * Makes the demo's data, or larger sets of the same kind for benchmarks:
 *
 *     tsx scripts/demo-data/main.ts                       src/emulator/demo-data, as it is committed
 *     tsx scripts/demo-data/main.ts --out DIR --size 500MB --samples 8 --run-files 20000
 *
 * Reads are simulated from phage lambda's genome (NC_001416), aligned with bwa, sorted and indexed with
 * samtools; variants are called with bcftools and indexed with tabix. The same seed gives the same bytes
 * with the same versions of these tools.
 */
import { existsSync } from "node:fs";
import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { formatBytes, parseSize } from "../../src/core/units.ts";
import { describeAccount, runningLog } from "./account.ts";
import { renderCatalog } from "./catalog.ts";
import { type Genome, readFasta, renderFasta } from "./genome.ts";
import { renderMd5Sums } from "./md5sums.ts";
import { makePlan, type Plan } from "./plan.ts";
import { writeRunFolder } from "./run-folder.ts";
import {
  indexReference,
  type SequencedSample,
  sequenceSample,
  storeReference,
} from "./sequencing.ts";

const committed = fileURLToPath(new URL("../../src/emulator/demo-data/", import.meta.url));

/** Where the sequence is read from: Debian's copy, or else the committed output of this script. */
const references = [
  "/usr/share/doc/bowtie2/examples/reference/lambda_virus.fa.gz",
  join(committed, "reference/lambda.fa"),
];

const { values } = parseArgs({
  options: {
    out: { type: "string", default: committed },
    seed: { type: "string", default: "1416" },
    samples: { type: "string", default: "3" },
    size: { type: "string" },
    "run-files": { type: "string" },
  },
});

const plan = makePlan({
  seed: Number(values.seed),
  samples: Number(values.samples),
  ...(values.size === undefined ? {} : { sizeBytes: parseSize(values.size) }),
  ...(values["run-files"] === undefined ? {} : { runFiles: Number(values["run-files"]) }),
});
const reference = references.find((file) => existsSync(file));
if (reference === undefined) {
  throw new Error(`no reference sequence: install Debian's bowtie2-examples (${references[0]})`);
}
await makeData(plan, readFasta(reference), values.out);

async function makeData(plan: Plan, genome: Genome, folder: string): Promise<void> {
  await makeEmpty(folder);
  const { fasta, fai } = renderFasta(genome);
  await writeFile(join(folder, "lambda.fa"), fasta);
  await writeFile(join(folder, "lambda.fa.fai"), fai);
  await indexReference(folder);
  const samples: SequencedSample[] = [];
  for (const sample of plan.samples) {
    samples.push(await sequenceSample(plan, sample, genome, folder));
    console.log(`${sample.name}: ${samples.at(-1)?.planted.length} variants planted`);
  }
  await storeReference(folder);
  const runFiles = await writeRunFolder(join(folder, "run"), genome.sequence, plan);
  await mkdir(join(folder, dirname(runningLog.source)), { recursive: true });
  await writeFile(join(folder, runningLog.source), runningLog.text);

  const account = describeAccount({ plan, genome, samples, runFiles });
  await writeFile(join(folder, "catalog.json"), renderCatalog(account));
  await writeFile(join(folder, "md5sums.txt"), await renderMd5Sums(account, folder));
  console.log(`${folder}: ${formatBytes(await folderSize(folder))}`);
}

/** Refuses a folder that contains anything but an earlier data set. */
async function makeEmpty(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const entries = await readdir(folder);
  if (entries.length > 0 && !entries.includes("catalog.json")) {
    throw new Error(`${folder} is neither empty nor an earlier set; choose another --out`);
  }
  await rm(folder, { recursive: true });
  await mkdir(folder);
}

async function folderSize(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true });
  const sizes = await Promise.all(
    names.map(async (name) => {
      const found = await stat(join(folder, name));
      return found.isFile() ? found.size : 0;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
