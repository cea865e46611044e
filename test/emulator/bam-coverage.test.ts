import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type GenomicsAccount, genomicsAccount, linesOf } from "../helpers/genomics-account.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

const DEMO = fileURLToPath(new URL("../../src/emulator/demo-data/", import.meta.url));
const CHROM = "NC_001416.1";
const LENGTH = 48_502;
const SAMPLES = ["lambda-1", "lambda-2", "lambda-3"];

/** Reads with every operation and flag that counts or does not; 70 000 positions are more than one window. */
const SAM = [
  "@HD\tVN:1.6\tSO:coordinate",
  "@SQ\tSN:chr/1\tLN:70000",
  "@SQ\tSN:empty\tLN:500",
  ...[
    [0, 100, "10M"],
    [16, 100, "3S5M2I3D4=1X2H"],
    [0, 105, "4M20N6M"],
    [256, 106, "10M"],
    [512, 107, "10M"],
    [1024, 108, "10M"],
    [2048, 109, "10M"],
    [0, 65_530, "20M"],
    [0, 69_991, "10M"],
  ].map(([flags, at, cigar], index) => {
    const length = [...String(cigar).matchAll(/(\d+)([MIS=X])/g)].reduce(
      (sum, [, count]) => sum + Number(count),
      0,
    );
    return `r${index}\t${flags}\tchr/1\t${at}\t60\t${cigar}\t*\t0\t0\t${"A".repeat(length)}\t*`;
  }),
  "",
].join("\n");

let dir: TempDir;
let account: GenomicsAccount;

beforeAll(async () => {
  dir = await tempDir();
  await writeFile(dir.join("own.sam"), SAM);
  const own = dir.join("own.bam");
  await linesOf(`samtools view -b -o ${own} ${dir.join("own.sam")} && samtools index ${own}`);
  const demo = SAMPLES.flatMap((name) => [
    [`${name}.bam`, { path: `${DEMO}${name}/${name}.bam` }],
    [`${name}.bam.bai`, { path: `${DEMO}${name}/${name}.bam.bai` }],
  ]);
  account = await genomicsAccount({
    ...(Object.fromEntries(demo) as Record<string, { path: string }>),
    "own.bam": { path: own },
    "own.bai": { path: `${own}.bai` },
    "unindexed/lambda-1.bam": { path: `${DEMO}lambda-1/lambda-1.bam` },
    "text.bam": "no BAM",
    "text.bam.bai": { path: `${own}.bai` },
  });
});

afterAll(async () => {
  await account[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

/** What `samtools depth` counts, at positions from 1; the first element is of no position. */
async function samtoolsDepth(bam: string, chrom: string): Promise<number[]> {
  const lines = await linesOf(`samtools depth -aa -r ${chrom} ${bam}`);
  return [0, ...lines.map(([, , depth]) => Number(depth))];
}

function means(depths: readonly number[], start: number, end: number): number[] {
  const buckets: number[] = [];
  for (let at = start; at <= Math.min(end, depths.length - 1); at += 128) {
    const bucket = depths.slice(at, at + 128);
    buckets.push(bucket.reduce((sum, depth) => sum + depth, 0) / bucket.length);
  }
  return buckets;
}

describe("the coverage of a BAM file", () => {
  test.each(SAMPLES)("%s has the depths of samtools", async (name) => {
    const depths = await samtoolsDepth(`${DEMO}${name}/${name}.bam`, CHROM);
    const path = `coverage/${account.id(`${name}.bam`)}/${CHROM}`;
    const { body } = await account.ask(`${path}?StartPos=1&EndPos=${LENGTH}`);
    const EndPos = Math.ceil(LENGTH / 128) * 128;
    expect(body.Response).toEqual({
      Chrom: CHROM,
      BucketSize: 128,
      MeanCoverage: means(depths, 1, EndPos),
      StartPos: 1,
      EndPos,
    });
    const meta = await account.ask(`${path}/meta`);
    expect(meta.body.Response).toEqual({
      MaxCoverage: Math.max(...depths),
      CoverageGranularity: 128,
    });
  });

  test("counts what samtools counts: bases of first alignments, over the edges of windows", async () => {
    const depths = await samtoolsDepth(dir.join("own.bam"), "chr/1");
    const path = `coverage/${account.id("own.bam")}/${encodeURIComponent("chr/1")}`;
    const { body } = await account.ask(`${path}?StartPos=1&EndPos=70000`);
    expect(body.Response).toMatchObject({ Chrom: "chr/1", MeanCoverage: means(depths, 1, 70_016) });
    const meta = await account.ask(`${path}/meta`);
    expect(meta.body.Response).toMatchObject({ MaxCoverage: Math.max(...depths) });
    const empty = await account.ask(
      `coverage/${account.id("own.bam")}/empty?StartPos=1&EndPos=128`,
    );
    expect(empty.body.Response).toMatchObject({ MeanCoverage: [0] });
  });

  test.each([
    [1, 20_000, 1, 20_096],
    [1, 1280, 1, 1280],
    [128, 129, 1, 256],
    [1001, 2048, 897, 2048],
    [LENGTH, 1_000_000, 48_385, 48_512],
  ])("from %i to %i is that of the buckets %i to %i", async (start, end, first, last) => {
    const path = `coverage/${account.id("lambda-2.bam")}/${CHROM}`;
    const { body } = await account.ask(`${path}?StartPos=${start}&EndPos=${end}`);
    const depths = await samtoolsDepth(`${DEMO}lambda-2/lambda-2.bam`, CHROM);
    expect(body.Response).toMatchObject({
      StartPos: first,
      EndPos: last,
      MeanCoverage: means(depths, first, last),
    });
  });

  test.each([
    ["StartPos=0&EndPos=5", /whole numbers from 1/],
    ["StartPos=6&EndPos=5", /less than or equal/],
    ["StartPos=6", /whole numbers from 1/],
    ["StartPos=1.5&EndPos=x", /whole numbers from 1/],
    ["StartPos=48503&EndPos=48504", /ends at position 48502/],
  ])("is refused for %s", async (query, message) => {
    const { status, body } = await account.ask(
      `coverage/${account.id("lambda-1.bam")}/${CHROM}?${query}`,
    );
    expect(status).toBe(400);
    expect(body.ResponseStatus.ErrorCode).toBe("BASESPACE.COMMON.BAD_REQUEST");
    expect(body.ResponseStatus.Message).toMatch(message);
  });

  test.each(["chr2", "__proto__", "constructor"])("has no chromosome %s", async (chrom) => {
    const { status, body } = await account.ask(
      `coverage/${account.id("lambda-1.bam")}/${chrom}?StartPos=1&EndPos=2`,
    );
    expect(status).toBe(404);
    expect(body.ResponseStatus.Message).toContain(`no chromosome "${chrom}"`);
  });

  test("exists for exactly the files that have HrefCoverage", async () => {
    const having: string[] = [];
    const paths = ["lambda-1.bam", "lambda-1.bam.bai", "own.bam", "own.bai", "text.bam"];
    for (const path of [...paths, "unindexed/lambda-1.bam"]) {
      const id = account.id(path);
      const { body } = await account.ask(`files/${id}`);
      const hasHref = "HrefCoverage" in body.Response;
      if (hasHref) having.push(path);
      const coverage = await account.ask(`coverage/${id}/none/meta`);
      expect(coverage.body.ResponseStatus.Message).toContain(hasHref ? "chromosome" : "coverage");
      expect(coverage.status).toBe(404);
    }
    expect(having).toEqual(["lambda-1.bam", "own.bam"]);
  });

  test("exists once both files have been uploaded", async () => {
    await using own = await genomicsAccount({});
    const { accessToken, apiServer } = own.emulator;
    const authorization = `Bearer ${accessToken}`;
    const project = await own.ask("users/current/projects");
    const [{ Id }] = project.body.Response["Items"] as [{ Id: string }];
    const made = await fetch(`${apiServer}/v1pre3/projects/${Id}/appresults?Name=new`, {
      method: "POST",
      headers: { authorization },
    });
    const result = ((await made.json()) as { Response: { Id: string } }).Response.Id;
    const upload = async (name: string): Promise<Record<string, unknown>> => {
      const url = `${apiServer}/v1pre3/appresults/${result}/files?name=${name}`;
      const body = await readFile(`${DEMO}lambda-1/${name}`);
      const sent = await fetch(url, { method: "POST", headers: { authorization }, body });
      return ((await sent.json()) as { Response: Record<string, unknown> }).Response;
    };
    const bam = await upload("lambda-1.bam");
    expect(bam).not.toHaveProperty("HrefCoverage");
    await upload("lambda-1.bam.bai");
    const { body } = await own.ask(`files/${String(bam["Id"])}`);
    expect(body.Response["HrefCoverage"]).toBe(`v1pre3/coverage/${String(bam["Id"])}`);
  });
});
