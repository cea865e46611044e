import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type GenomicsAccount, genomicsAccount, linesOf } from "../helpers/genomics-account.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

const DEMO = fileURLToPath(new URL("../../src/emulator/demo-data/", import.meta.url));
const CHROM = "NC_001416.1";
const SAMPLES = ["lambda-1", "lambda-2", "lambda-3"];

/** Not sorted, with every kind of field, two records at one place, and two samples. */
const OWN = [
  "##fileformat=VCFv4.2",
  "##source=test",
  '##FILTER=<ID=q10,Description="low">',
  '##INFO=<ID=END,Number=1,Type=Integer,Description="the end">',
  "##contig=<ID=chr1,length=5000>",
  "##contig=<ID=chr2>",
  "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB",
  "chr1\t2000\trs1;rs2\tACGT\tA,AC\t9.6\tq10;s50\tDP=1,2;FLAG;E=\tGT:DP\t0/1:1\t.:.",
  "chr1\t1000\t.\tA\t.\t.\t.\t.\tGT\t0/0\t1|1",
  "chr1\t500\t.\tA\t<DEL>\t7\tPASS\tEND=1500\tGT\t0/1\t0/1",
  "chr1\t2000\trs1;rs2\tACGT\tA,AC\t9.6\tq10;s50\tDP=1,2;FLAG;E=\tGT:DP\t0/1:1\t.:.",
  "chr3\t7\t.\tA\tC\t1\tPASS\t.\tGT\t0/1\t0/1",
  "",
].join("\r\n");

let dir: TempDir;
let account: GenomicsAccount;

beforeAll(async () => {
  dir = await tempDir();
  const records = Array.from(
    { length: 2500 },
    (_, index) => `chr1\t${index + 1}\t.\tA\tC\t1\t.\t.`,
  );
  const head =
    "##fileformat=VCFv4.2\n##contig=<ID=chr1>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO";
  await writeFile(dir.join("many.vcf"), `${[head, ...records].join("\n")}\n`);
  await linesOf(`cd ${dir.path} && bgzip -k many.vcf && tabix -p vcf many.vcf.gz`);
  const demo = SAMPLES.flatMap((name) => [
    [`${name}.vcf.gz`, { path: `${DEMO}${name}/${name}.vcf.gz` }],
    [`${name}.vcf.gz.tbi`, { path: `${DEMO}${name}/${name}.vcf.gz.tbi` }],
    [`unindexed/${name}.vcf.gz`, { path: `${DEMO}${name}/${name}.vcf.gz` }],
  ]);
  account = await genomicsAccount({
    ...(Object.fromEntries(demo) as Record<string, { path: string }>),
    "plain/lambda-1.vcf": gunzipSync(await readFile(`${DEMO}lambda-1/lambda-1.vcf.gz`)),
    "many.vcf.gz": { path: dir.join("many.vcf.gz") },
    "many.vcf.gz.tbi": { path: dir.join("many.vcf.gz.tbi") },
    "own.vcf": OWN,
    "text.vcf": "chr1\t100\n",
    "empty.vcf.gz": "",
  });
});

afterAll(async () => {
  await account[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

interface Item {
  readonly POS: number;
  readonly INFO: Record<string, readonly string[]>;
  readonly SampleFormat: Record<string, Record<string, string>>;
  readonly [field: string]: unknown;
}

async function itemsOf(path: string, query: string, chrom: string = CHROM): Promise<Item[]> {
  const request = `variantset/${account.id(path)}/variants/${chrom}?${query}`;
  const { status, body } = await account.ask(request);
  expect(status, JSON.stringify(body)).toBe(200);
  return body.Response["Items"] as Item[];
}

async function textOf(request: string): Promise<string> {
  const response = await account.emulator.get(request);
  expect(response.headers.get("content-type")).toBe("text/plain");
  return await response.text();
}

describe("the variants of a VCF file", () => {
  const forms = SAMPLES.flatMap((name) => [
    [`${name}.vcf.gz`, name],
    [`unindexed/${name}.vcf.gz`, name],
  ]);
  test.each([...forms, ["plain/lambda-1.vcf", "lambda-1"]])(
    "%s are those that bcftools finds",
    async (path, name = "") => {
      const file = `${DEMO}${name}/${name}.vcf.gz`;
      const first = await linesOf(`bcftools query -f '%POS\\n' ${file}`);
      const inside = Number(first[2]?.[0]);
      for (const [start, end] of [
        [1, 48_502],
        [10_000, 20_000],
        [inside, inside],
        [inside + 1, inside + 1],
      ] as const) {
        const format =
          "'%CHROM\\t%POS\\t%REF\\t%ALT\\t%QUAL\\t%FILTER\\t%DP\\t%DP4[\\t%GT\\t%PL]\\n'";
        const expected = await linesOf(
          `bcftools query -f ${format} -r ${CHROM}:${start}-${end} ${file}`,
        );
        const items = await itemsOf(path, `StartPos=${start}&EndPos=${end}&Limit=1000`);
        const found = items.map(({ INFO, SampleFormat, ...item }) => [
          item["CHROM"],
          String(item.POS),
          item["REF"],
          item["ALT"],
          item["QUAL"],
          item["FILTER"],
          INFO["DP"]?.join(","),
          INFO["DP4"]?.join(","),
          SampleFormat[name]?.["GT"],
          SampleFormat[name]?.["PL"],
        ]);
        const rounded = expected.map((words) =>
          words.map((word, column) => (column === 4 ? Math.round(Number(word)) : word)),
        );
        expect(found).toEqual(rounded);
      }
    },
  );

  test("come in pages of at most 1000, in either direction, without a total count", async () => {
    const request = `variantset/${account.id("many.vcf.gz")}/variants/chr1?StartPos=1&EndPos=2500`;
    const { body } = await account.ask(`${request}&Limit=1024&Offset=2000`);
    const { Items, ...paging } = body.Response;
    expect((Items as Item[]).map(({ POS }) => POS)).toEqual(
      Array.from({ length: 500 }, (_, at) => 2001 + at),
    );
    expect(paging).toEqual({
      DisplayedCount: 500,
      Offset: 2000,
      Limit: 1000,
      SortDir: "Asc",
      SortBy: "Position",
    });
    const last = await itemsOf(
      "many.vcf.gz",
      "StartPos=1&EndPos=2500&SortDir=Desc&Limit=2&Offset=1",
      "chr1",
    );
    expect(last.map(({ POS }) => POS)).toEqual([2499, 2498]);
    expect(await itemsOf("many.vcf.gz", "StartPos=1&EndPos=2500", "chr1")).toHaveLength(10);
    expect(await itemsOf("many.vcf.gz", "StartPos=2501&EndPos=999999999999", "chr1")).toEqual([]);
  });

  test("have the fields of the file as texts, by position", async () => {
    const items = await itemsOf("own.vcf", "StartPos=1&EndPos=5000", "chr1");
    expect(items.map(({ POS }) => POS)).toEqual([500, 1000, 2000, 2000]);
    expect(items.slice(1, 3)).toEqual([
      {
        CHROM: "chr1",
        POS: 1000,
        ID: [],
        REF: "A",
        ALT: ".",
        FILTER: ".",
        INFO: {},
        SampleFormat: { A: { GT: "0/0" }, B: { GT: "1|1" } },
      },
      {
        CHROM: "chr1",
        POS: 2000,
        ID: ["rs1", "rs2"],
        REF: "ACGT",
        ALT: "A,AC",
        QUAL: 10,
        FILTER: "q10;s50",
        INFO: { DP: ["1", "2"], FLAG: [], E: [] },
        SampleFormat: { A: { GT: "0/1", DP: "1" }, B: { GT: ".", DP: "." } },
      },
    ]);
  });

  test("are those that overlap the range, by their reference or their end", async () => {
    const positions = async (range: string): Promise<number[]> =>
      (await itemsOf("own.vcf", range, "chr1")).map(({ POS }) => POS);
    expect(await positions("StartPos=1400&EndPos=1500")).toEqual([500]);
    expect(await positions("StartPos=1501&EndPos=1999")).toEqual([]);
    expect(await positions("StartPos=2003&EndPos=2003")).toEqual([2000, 2000]);
    expect(await positions("StartPos=2004&EndPos=2004")).toEqual([]);
  });

  test("can be had as the lines of the file", async () => {
    const id = account.id("lambda-1.vcf.gz");
    const header = await textOf(`variantset/${id}?Format=txt`);
    const lines = await textOf(
      `variantset/${id}/variants/${CHROM}?StartPos=1&EndPos=48502&Limit=1000&Format=vcf`,
    );
    const whole = gunzipSync(await readFile(`${DEMO}lambda-1/lambda-1.vcf.gz`)).toString();
    expect(header + lines).toBe(whole);
  });

  test.each([
    ["StartPos=0&EndPos=5", 400],
    ["StartPos=6&EndPos=5", 400],
    ["EndPos=5", 400],
  ])("are refused for %s", async (query, expected) => {
    const request = `variantset/${account.id("own.vcf")}/variants/chr1?${query}`;
    expect((await account.ask(request)).status).toBe(expected);
  });

  test.each(["lambda-1.vcf.gz", "unindexed/lambda-1.vcf.gz", "own.vcf"])(
    "of %s know no chromosome that neither the header nor a record has",
    async (path) => {
      for (const chrom of ["chr9", "__proto__", "constructor"]) {
        const request = `variantset/${account.id(path)}/variants/${chrom}?StartPos=1&EndPos=2`;
        const { status, body } = await account.ask(request);
        expect(status).toBe(404);
        expect(body.ResponseStatus.Message).toContain(`no chromosome "${chrom}"`);
      }
    },
  );

  test("of a chromosome without records are none", async () => {
    expect(await itemsOf("own.vcf", "StartPos=1&EndPos=9", "chr2")).toEqual([]);
    expect(await itemsOf("own.vcf", "StartPos=1&EndPos=9", "chr3")).toMatchObject([{ POS: 7 }]);
  });

  test("exist for exactly the files that have HrefVariants", async () => {
    const having: string[] = [];
    for (const path of [
      "lambda-1.vcf.gz",
      "lambda-1.vcf.gz.tbi",
      "own.vcf",
      "text.vcf",
      "empty.vcf.gz",
    ]) {
      const { body } = await account.ask(`files/${account.id(path)}`);
      const hasHref = "HrefVariants" in body.Response;
      if (hasHref) having.push(path);
      expect((await account.ask(`variantset/${account.id(path)}`)).status).toBe(
        hasHref ? 200 : 404,
      );
    }
    expect(having).toEqual(["lambda-1.vcf.gz", "own.vcf"]);
  });
});

test("the header of a VCF file is three dictionaries of what it says", async () => {
  const { body } = await account.ask(`variantset/${account.id("own.vcf")}?Format=json`);
  expect(body.Response).toEqual({
    Metadata: { fileformat: "VCFv4.2", source: "test" },
    Samples: { A: 0, B: 1 },
    Legends: {
      ALT: {},
      FORMAT: {},
      FILTER: { q10: { Description: "low" } },
      INFO: { END: { Number: 1, Type: "Integer", Description: "the end" } },
      contig: { chr1: { length: "5000" }, chr2: {} },
    },
  });
});
