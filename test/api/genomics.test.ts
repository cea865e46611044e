import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BaseSpace, type FileId, type Region } from "../../src/index.ts";
import { type GenomicsAccount, genomicsAccount } from "../helpers/genomics-account.ts";
import { envelope, type Script, scriptedApi } from "../helpers/scripted-api.ts";

const DEMO = fileURLToPath(new URL("../../src/emulator/demo-data/", import.meta.url));
const LAMBDA = { chrom: "NC_001416.1", start: 1, end: 48_502 };
const COUNT = 2345;

/** Most records are the same, so that only their places tell them apart. */
const LINES = Array.from({ length: COUNT }, (_, at) => `chr1\t${1 + (at % 2)}\t.\tA\tC\t1\t.\tX=1`);
const MANY = [
  "##fileformat=VCFv4.2",
  "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO",
  ...LINES,
  "",
];

let account: GenomicsAccount;
let basespace: BaseSpace;

beforeAll(async () => {
  account = await genomicsAccount({
    "lambda-1.bam": { path: `${DEMO}lambda-1/lambda-1.bam` },
    "lambda-1.bam.bai": { path: `${DEMO}lambda-1/lambda-1.bam.bai` },
    "lambda-1.vcf.gz": { path: `${DEMO}lambda-1/lambda-1.vcf.gz` },
    "many.vcf": MANY.join("\n"),
  });
  const { apiServer, accessToken } = account.emulator;
  basespace = new BaseSpace({ apiServer, accessToken, environment: {} });
});

afterAll(async () => {
  await basespace.close();
  await account[Symbol.asyncDispose]();
});

const idOf = (path: string): FileId => account.id(path);

describe("coverage", () => {
  test("of a region has means of buckets", async () => {
    const file = await basespace.files.get(idOf("lambda-1.bam"));
    expect(file.hrefCoverage).toBe(`v1pre3/coverage/${file.id}`);
    const region = { ...LAMBDA, end: 20_000 };
    const coverage = await basespace.coverage.interval(file.id, region);
    expect(coverage).toMatchObject({ ...region, end: 20_096, bucketSize: 128 });
    expect(coverage.meanCoverage).toHaveLength(157);
    const meta = await basespace.coverage.meta(file.id, LAMBDA.chrom);
    expect(meta).toMatchObject({ maxCoverage: 26, granularity: 128 });
  });

  test("of a file without it, or of an unknown chromosome, is not found", async () => {
    const missing = { reason: "not-found", status: 404 };
    const { coverage, variants } = basespace;
    await expect(coverage.interval(idOf("many.vcf"), LAMBDA)).rejects.toMatchObject(missing);
    await expect(coverage.meta(idOf("lambda-1.bam"), "chr9")).rejects.toMatchObject(missing);
    await expect(variants.header(idOf("lambda-1.bam"))).rejects.toMatchObject(missing);
    await expect(variants.headerText(idOf("lambda-1.bam"))).rejects.toMatchObject(missing);
  });
});

describe("variants", () => {
  test("are records with the file's texts", async () => {
    const id = idOf("lambda-1.vcf.gz");
    const [first] = await basespace.variants.records(id, LAMBDA).all();
    expect(first).toMatchObject({
      chrom: LAMBDA.chrom,
      position: 1602,
      ids: [],
      reference: "A",
      alternatives: "C",
      quality: 105,
      filter: "PASS",
      info: { DP: ["4"], DP4: ["0", "0", "2", "2"] },
      samples: { "lambda-1": { GT: "1", PL: "135,0" } },
    });
    const header = await basespace.variants.header(id);
    expect(header).toMatchObject({
      metadata: { fileformat: "VCFv4.2" },
      samples: { "lambda-1": 0 },
      legends: { INFO: { DP: { Type: "Integer" } } },
    });
  });

  test("are read lazily, a page of at most 1000 at a time, each record once", async () => {
    const id = idOf("many.vcf");
    const region = { chrom: "chr1", start: 1, end: 10 };
    account.emulator.clearRequests();
    let read = 0;
    for await (const { position } of basespace.variants.records(id, region)) {
      read += 1;
      if (read === 5) break;
      expect(position).toBe(1);
    }
    expect(account.emulator.requests).toHaveLength(1);
    const records = await basespace.variants.records(id, region).all();
    expect(records.map(({ position }) => position).filter((at) => at === 1)).toHaveLength(1173);
    expect(records).toHaveLength(COUNT);
    const last = await basespace.variants
      .records(id, region, { sortDir: "Desc" })
      .page({ limit: 1 });
    expect(last).toMatchObject({ items: [{ position: 2 }], totalCount: undefined });
  });

  test("as lines make a VCF file with the header", async () => {
    const id = idOf("many.vcf");
    const text = await basespace.variants.headerText(id);
    const region = { chrom: "chr1", start: 1, end: 10 };
    const lines = await basespace.variants.lines(id, region).all({ pageSize: 999 });
    expect(text).toBe(MANY.slice(0, 2).join("\n") + "\n");
    expect(lines).toHaveLength(COUNT);
    expect(lines.toSorted()).toEqual(LINES.toSorted());
    await expect(
      basespace.variants.lines(id, { ...region, chrom: "chr9" }).all(),
    ).rejects.toMatchObject({ reason: "not-found" });
  });

  test("are not read further once they are aborted", async () => {
    const controller = new AbortController();
    const records = basespace.variants.records(idOf("many.vcf"), {
      chrom: "chr1",
      start: 1,
      end: 9,
    });
    const { signal } = controller;
    const reading = (async () => {
      for await (const _record of records.items({ pageSize: 10, signal })) controller.abort();
    })();
    await expect(reading).rejects.toThrow(/abort/i);
  });
});

describe("regions and pages that cannot be", () => {
  const region = (change: object): Region => ({ ...LAMBDA, ...change });
  test.each([
    ["a start of 0", region({ start: 0 })],
    ["a start that is no whole number", region({ start: 1.5 })],
    ["a start that is a text", region({ start: "1" })],
    ["no end", region({ end: undefined })],
    ["an end before the start", region({ start: 5, end: 4 })],
    ["an end that is not exact", region({ end: 2 ** 53 })],
    ["no chromosome", region({ chrom: "" })],
    ["a chromosome that is no text", region({ chrom: 2 })],
  ])("are refused before anything is sent: %s", async (_case, wrong) => {
    account.emulator.clearRequests();
    const refusal = expect.objectContaining({ reason: "usage" }) as Error;
    const { coverage, variants } = basespace;
    await expect(coverage.interval("1", wrong)).rejects.toThrow(refusal);
    expect(() => variants.records("1", wrong)).toThrow(refusal);
    expect(() => variants.lines("1", wrong)).toThrow(refusal);
    expect(account.emulator.requests).toEqual([]);
  });

  test("are refused before anything is sent: pages, orders and names", async () => {
    account.emulator.clearRequests();
    const { coverage, variants, genomes } = basespace;
    const usage = { reason: "usage" };
    await expect(variants.records("1", LAMBDA).page({ limit: 1001 })).rejects.toMatchObject(usage);
    await expect(variants.lines("1", LAMBDA).all({ pageSize: 1001 })).rejects.toMatchObject(usage);
    expect(() => variants.records("1", LAMBDA, { sortBy: "Id" } as never)).toThrow(/Position/);
    await expect(coverage.meta("1", " ")).rejects.toMatchObject(usage);
    expect(() => genomes.list({ sortBy: "Name" } as never)).toThrow(/SpeciesName/);
    expect(account.emulator.requests).toEqual([]);
  });
});

describe("responses that make no sense", () => {
  const coverage = { Chrom: "c", BucketSize: 128, MeanCoverage: [1], StartPos: 1, EndPos: 128 };
  const variant = { CHROM: "c", POS: 1, ID: [], REF: "A", ALT: "C" };

  async function withApi(
    script: Script,
    use: (client: BaseSpace) => Promise<unknown>,
  ): Promise<void> {
    await using api = await scriptedApi(script);
    await using client = new BaseSpace({
      apiServer: api.origin,
      accessToken: "t",
      environment: {},
    });
    await use(client);
  }

  test.each([
    ["a bucket of nothing", { ...coverage, BucketSize: 0 }],
    ["a negative depth", { ...coverage, MeanCoverage: [-1] }],
    ["a depth that is a text", { ...coverage, MeanCoverage: ["1"] }],
    ["no depths", { ...coverage, MeanCoverage: undefined }],
    ["a position before the first", { ...coverage, StartPos: 0 }],
  ])("are errors: coverage with %s", async (_case, response) => {
    await withApi(
      () => envelope(response),
      async (client) =>
        await expect(client.coverage.interval("1", LAMBDA)).rejects.toMatchObject({
          name: "DecodeError",
          reason: "unavailable",
        }),
    );
  });

  test.each([
    ["a position that is no number", { ...variant, POS: "1" }],
    ["names that are no list", { ...variant, ID: "rs1" }],
    ["values that are no lists", { ...variant, INFO: { DP: 3 } }],
    ["samples that are no dictionaries", { ...variant, SampleFormat: { A: "0/1" } }],
  ])("are errors: a record with %s", async (_case, item) => {
    await withApi(
      () => envelope({ Items: [item], Offset: 0, Limit: 1000 }),
      async (client) =>
        await expect(client.variants.records("1", LAMBDA).all()).rejects.toMatchObject({
          name: "DecodeError",
        }),
    );
  });

  test("are errors: JSON instead of a text, and lists without end", async () => {
    const items = Array.from({ length: 1000 }, () => variant);
    await withApi(
      (_request, url) => envelope({ Items: items, Offset: Number(url.searchParams.get("Offset")) }),
      async ({ variants }) => {
        await expect(variants.headerText("1")).rejects.toThrow("is JSON, not the text of a file");
        await expect(variants.records("1", LAMBDA).all({ maxItems: 5000 })).rejects.toMatchObject({
          reason: "too-big",
        });
      },
    );
    await withApi(
      () => ({ body: "chr1\t1\n".repeat(1000) }),
      async ({ variants }) =>
        await expect(variants.lines("1", LAMBDA).all({ maxItems: 5000 })).rejects.toMatchObject({
          reason: "too-big",
        }),
    );
  });

  test("are read as far as they go: pages that are shorter than they may be", async () => {
    const all = Array.from({ length: 25 }, (_, at) => ({ ...variant, POS: at + 1 }));
    await withApi(
      (_request, url) => {
        const offset = Number(url.searchParams.get("Offset"));
        return envelope({ Items: all.slice(offset, offset + 10), Offset: offset });
      },
      async ({ variants }) => {
        const found = await variants.records("1", LAMBDA).all();
        expect(found.map(({ position }) => position)).toEqual(all.map(({ POS }) => POS));
      },
    );
  });
});
