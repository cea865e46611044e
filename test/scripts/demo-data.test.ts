import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { readFasta } from "../../scripts/demo-data/genome.ts";
import { makePlan } from "../../scripts/demo-data/plan.ts";
import { variantsOf } from "../../scripts/demo-data/sequencing.ts";
import { validateCatalog } from "../../src/emulator/catalog/validate.ts";

const folder = fileURLToPath(new URL("../../src/emulator/demo-data/", import.meta.url));
const catalog = validateCatalog(JSON.parse(readFileSync(join(folder, "catalog.json"), "utf8")));
const { projects = [], runs = [] } = catalog;

/** Path in a mount → path of the bytes, for every file of the catalog. */
function mountedFiles(): Map<string, string> {
  const files = new Map<string, string>();
  const homes = [
    ...projects.flatMap(({ name, samples = [], appResults = [] }) => [
      ...samples.map((sample) => ({ home: `projects/${name}/samples/${sample.id}`, of: sample })),
      ...appResults.map((result) => ({
        home: `projects/${name}/appresults/${result.name}`,
        of: result,
      })),
    ]),
    ...runs.map((run) => ({ home: `runs/${run.name}`, of: run })),
  ];
  for (const { home, of } of homes) {
    // A slash inside a name is shown as its full-width twin; the home has two or four of its own.
    const parts = home.split(/(?<=^projects)\/|\/(?=samples\/|appresults\/)|(?<=^runs)\//);
    const mounted = parts.map((part) => encode(part)).join("/");
    for (const { path, content } of of.files ?? []) {
      if (typeof content !== "object" || !("path" in content))
        throw new Error(`${path}: no source`);
      files.set(`${mounted}/files/${path}`, content.path);
    }
  }
  return files;
}

function encode(part: string): string {
  const kind = /^(samples|appresults)\//.exec(part)?.[0] ?? "";
  return kind + part.slice(kind.length).replaceAll("/", "／");
}

test("md5sums.txt names every file of the account as a mount shows it, with the sum of its bytes", () => {
  const files = mountedFiles();
  const lines = readFileSync(join(folder, "md5sums.txt"), "utf8").trimEnd().split("\n");
  expect(lines).toHaveLength(files.size);
  for (const line of lines) {
    const [, sum, path] = /^([0-9a-f]{32}) {2}(.+)$/.exec(line) ?? [];
    const source = files.get(path ?? "");
    expect(source, line).toBeDefined();
    const bytes = readFileSync(join(folder, source ?? ""));
    expect(createHash("md5").update(bytes).digest("hex"), path).toBe(sum);
  }
});

test("every committed file belongs to the account, and all are at most 2 MB", () => {
  const used = new Set([...mountedFiles().values(), "catalog.json", "md5sums.txt"]);
  const found = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) =>
    statSync(join(folder, path)).isFile(),
  );
  expect(found.toSorted()).toEqual([...used].toSorted());
  const bytes = found.reduce((sum, path) => sum + statSync(join(folder, path)).size, 0);
  expect(bytes).toBeLessThanOrEqual(2_000_000);
});

test("the account shows the naming rules: a slash in a name, and two samples of one name", () => {
  expect(projects.some(({ name }) => /[^ ] .*\//.test(name))).toBe(true);
  const hasTwins = projects.some(({ samples = [] }) => {
    return new Set(samples.map(({ name }) => name)).size < samples.length;
  });
  expect(hasTwins).toBe(true);
  const open = catalog.appSessions?.filter(({ status }) => status === "Running");
  expect(open).toHaveLength(1);
});

test("calling finds exactly the variants that were planted", () => {
  const plan = makePlan({ seed: 1416, samples: 3 });
  const genome = readFasta(join(folder, "reference/lambda.fa"));
  expect(genome.sequence).toHaveLength(48502);
  for (const sample of plan.samples) {
    const vcf = readFileSync(join(folder, sample.name, `${sample.name}.vcf.gz`));
    const records = gunzipSync(vcf).toString().trimEnd().split("\n");
    const called = records.filter((line) => !line.startsWith("#")).map((line) => line.split("\t"));
    const planted = variantsOf(plan, sample, genome);
    expect(called).toHaveLength(planted.length);
    for (const [at, { position, reference, alternative }] of planted.entries()) {
      const [, where, , ref = "", alt = ""] = called[at] ?? [];
      expect(Number(where)).toBe(position);
      // bcftools may write an insertion or deletion with more of the bases around it.
      expect(alt.length - ref.length).toBe(alternative.length - reference.length);
    }
  }
});

test("each sample has reads, and each alignment its indexes", () => {
  const names = [...mountedFiles().values()].map((source) => basename(source));
  for (const { samples = [] } of projects) {
    for (const { name, files = [] } of samples) {
      expect(files.map(({ path }) => basename(path)).toSorted()).toEqual([
        expect.stringMatching(new RegExp(`^${name}_S\\d_L00\\d_R1_001.fastq.gz$`)),
        expect.stringMatching(new RegExp(`^${name}_S\\d_L00\\d_R2_001.fastq.gz$`)),
      ]);
    }
  }
  for (const name of names.filter((each) => each.endsWith(".bam"))) {
    expect(names).toContain(`${name}.bai`);
  }
  for (const name of names.filter((each) => each.endsWith(".vcf.gz"))) {
    expect(names).toContain(`${name}.tbi`);
  }
  expect(existsSync(join(folder, "reference/lambda.fa.fai"))).toBe(true);
});
