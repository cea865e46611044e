import { setTimeout } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { genomicsAccount } from "../helpers/genomics-account.ts";
import {
  alignment,
  bai,
  bamHeader,
  bamOf,
  BGZF_END,
  bgzfBlock,
  int32s,
} from "../helpers/made-bam.ts";

/* Files may be anything. A damaged one gets a refusal, at once, and no other request suffers. */

const VCF_HEAD = "##fileformat=VCFv4.2\n";
const COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n";
const zeros = Buffer.alloc(64 * 1024);

interface Refusal {
  readonly status: number;
  readonly message: string;
}

async function coverageOf(bam: Buffer, index: Buffer): Promise<Refusal> {
  await using account = await genomicsAccount({ "x.bam": bam, "x.bam.bai": index });
  const begun = performance.now();
  const request = `coverage/${account.id("x.bam")}/chr1?StartPos=1&EndPos=10000`;
  const { status, body } = await account.ask(request);
  expect(performance.now() - begun).toBeLessThan(10_000);
  return { status, message: body.ResponseStatus.Message ?? JSON.stringify(body.Response) };
}

describe("a damaged BAM file or index", () => {
  const good = bamOf([bgzfBlock(Buffer.concat([alignment(0, 128), alignment(0, 10)]))]);

  test("is none when the file is whole", async () => {
    const { status, message } = await coverageOf(good.bam, good.bai);
    expect(status).toBe(200);
    const { MeanCoverage } = JSON.parse(message) as { MeanCoverage: number[] };
    expect(MeanCoverage.slice(0, 2)).toEqual([1 + 10 / 128, 0]);
  });

  test.each([
    ["counts more chromosomes", Buffer.concat([Buffer.from("BAI\u0001"), int32s(0x7fffffff)])],
    ["counts more bins", Buffer.concat([Buffer.from("BAI\u0001"), int32s(1, 0x7fffffff)])],
    ["counts more chunks", Buffer.concat([Buffer.from("BAI\u0001"), int32s(1, 1, 4681, -1, 0)])],
    ["counts more windows", Buffer.concat([Buffer.from("BAI\u0001"), int32s(1, 0, 0x7fffffff)])],
    ["has an odd bin", Buffer.concat([Buffer.from("BAI\u0001"), int32s(1, 1, 37_450, 0, 0)])],
    ["is a text", Buffer.from("no index")],
    ["is empty", Buffer.alloc(0)],
  ])("whose index %s is refused", async (_case, index) => {
    const { status, message } = await coverageOf(good.bam, index);
    expect(status).toBe(409);
    expect(message).toMatch(/^File 100 cannot be read: /);
  });

  test.each([
    ["length that leads back to itself", bamOf([bgzfBlock(alignment(0, 128, -4))])],
    ["length that leads back to the last one", bamOf([bgzfBlock(alignment(0, 128, -200))])],
    ["length that is less than its fields", bamOf([bgzfBlock(alignment(0, 128, 20))])],
    ["length that is less than its parts", bamOf([bgzfBlock(alignment(0, 128, 100))])],
  ])("with an alignment that has a %s is refused", async (_case, made) => {
    const { status, message } = await coverageOf(made.bam, made.bai);
    expect(status).toBe(409);
    expect(message).toContain("alignments is damaged");
  });

  test("whose header counts names without end is refused", async () => {
    const endless = Buffer.concat([Buffer.from("BAM\u0001"), int32s(0, 0x7fffffff, -8, 0, 0, 0)]);
    const { status, message } = await coverageOf(bgzfBlock(endless), bai(0, 1));
    expect(status).toBe(409);
    expect(message).toContain("cannot be read");
  });

  test.each([
    ["is longer than it claims", [bgzfBlock(Buffer.alloc(30_000_000), 100)]],
    ["claims more than 64 KiB", [bgzfBlock(zeros, 0x7fffffff)]],
    ["is no BGZF", [gzipSync(zeros)]],
    ["is not compressed", [Buffer.alloc(1000)]],
  ])("one of whose blocks %s is refused", async (_case, blocks) => {
    const { bam, bai: index } = bamOf(blocks);
    const { status, message } = await coverageOf(bam, index);
    expect(status, message).toBe(409);
  });

  test("that is cut off is refused, or has less coverage", async () => {
    const { status } = await coverageOf(good.bam.subarray(0, good.bam.length - 60), good.bai);
    expect([200, 409]).toContain(status);
    const beyond = bai(0x7fffffffffff, 0x7fffffffffff);
    expect([200, 409]).toContain((await coverageOf(good.bam, beyond)).status);
  });

  test("that decompresses to more than a request may read is refused", async () => {
    const block = bgzfBlock(zeros);
    const { bam, bai: index } = bamOf(Array.from({ length: 2500 }, () => block));
    const { status, message } = await coverageOf(bam, index);
    expect(status, message).toBe(400);
    expect(message).toContain("Ask for a smaller range");
  });

  test("does not keep others from theirs", async () => {
    const header = bgzfBlock(bamHeader("chr1", 10_000));
    await using account = await genomicsAccount({
      "bad.bam": Buffer.concat([header, BGZF_END]),
      "bad.bam.bai": Buffer.from("no index"),
      "good.bam": good.bam,
      "good.bam.bai": good.bai,
    });
    const asked = ["bad.bam", "bad.bam", "bad.bam", "good.bam"].map(async (path) => {
      return (await account.ask(`coverage/${account.id(path)}/chr1/meta`)).status;
    });
    expect(await Promise.all(asked)).toEqual([409, 409, 409, 200]);
  });
});

async function variantsOf(
  files: Readonly<Record<string, Buffer | string>>,
  request: string = "/variants/chr1?StartPos=1&EndPos=10",
): Promise<Refusal> {
  await using account = await genomicsAccount(files);
  const { status, body } = await account.ask(`variantset/100${request}`);
  return { status, message: body.ResponseStatus.Message ?? JSON.stringify(body.Response) };
}

describe("a damaged VCF file or index", () => {
  test.each([
    ["has no line of columns", VCF_HEAD],
    ["has a record in its header", `${VCF_HEAD}chr1\t1\n${COLUMNS}`],
    ["has other columns", `${VCF_HEAD}#CHROM\tPOS\n`],
    ["has a line without end", VCF_HEAD + "#".repeat(20_000_000)],
    ["has a header without end", VCF_HEAD + "##x=y\n".repeat(3_000_000)],
  ])("that %s is refused", async (_case, text) => {
    const { status, message } = await variantsOf({ "x.vcf.gz": gzipSync(text) });
    expect(status, message).toBe(409);
    expect(message).toContain("File 100 cannot be read: ");
  });

  test("that decompresses to more than a request may read is refused", async () => {
    const line = `chr2\t1\t.\t${"A".repeat(1_000_000)}\n`;
    const text = VCF_HEAD + COLUMNS + line.repeat(140);
    const { status, message } = await variantsOf({ "x.vcf.gz": gzipSync(text) });
    expect(status, message).toBe(400);
  });

  test("that ends within its compressed data is refused", async () => {
    const packed = gzipSync(VCF_HEAD + COLUMNS + "chr1\t5\t.\tA\tC\t1\t.\t.\n".repeat(1000));
    const cut = packed.subarray(0, packed.length - 20);
    expect((await variantsOf({ "x.vcf.gz": cut })).status).toBe(409);
  });

  test.each([
    ["is a text", Buffer.from("no index")],
    ["is a BAI", gzipSync(bai(0, 1))],
    ["is of another kind of file", gzipSync(tbi({ preset: 65_536 }))],
    ["counts more names", gzipSync(tbi({ names: 0x7fffffff }))],
    ["counts more chromosomes", gzipSync(tbi({ references: 0x7fffffff }))],
    ["is very long", gzipSync(Buffer.alloc(100_000_000))],
  ])("whose index %s is refused", async (_case, index) => {
    const vcf = bgzfBlock(Buffer.from(VCF_HEAD + COLUMNS));
    const { status, message } = await variantsOf({ "x.vcf.gz": vcf, "x.vcf.gz.tbi": index });
    expect(status, message).toBe(409);
  });

  test("with names of a prototype changes nothing but its own response", async () => {
    const header =
      `${VCF_HEAD}##__proto__=<ID=polluted,Description="x">\n##constructor=<ID=prototype,a=b>\n` +
      `##INFO=<ID=__proto__,Number=1>\n##__proto__=y\n##a=b\r##__proto__=<ID=polluted,c=d>\n`;
    expect((await variantsOf({ "x.vcf": header + COLUMNS }, "")).status).toBe(200);
    expect(({} as Record<string, unknown>)["polluted"]).toBe(undefined);
    const record = "chr1\t5\t.\tA\tC\t1\t.\t__proto__=1;constructor=2\n";
    const { message } = await variantsOf({ "x.vcf": VCF_HEAD + COLUMNS + record });
    expect(message).toContain('"POS":5');
  });

  test("with a record that has too few columns has that record as it is", async () => {
    const { status, message } = await variantsOf({ "x.vcf": `${VCF_HEAD}${COLUMNS}chr1\t5\n` });
    expect(status).toBe(200);
    expect(message).toContain('"POS":5');
  });
});

/** A TBI without records. */
function tbi({ preset = 2, names = 5, references = 0 }): Buffer {
  const head = int32s(references, preset, 1, 2, 0, 35, 0, names);
  return Buffer.concat([Buffer.from("TBI\u0001"), head, Buffer.from("chr1\0")]);
}

test("clients that leave do not keep others from their coverage", async () => {
  const block = bgzfBlock(Buffer.concat(Array.from({ length: 250 }, () => alignment(0, 128))));
  const { bam, bai: index } = bamOf(Array.from({ length: 1000 }, () => block));
  await using account = await genomicsAccount({ "x.bam": bam, "x.bam.bai": index });
  const path = `coverage/${account.id("x.bam")}/chr1/meta`;
  const controller = new AbortController();
  const left = Array.from({ length: 20 }, async () => {
    await account.emulator.get(path, { signal: controller.signal });
  });
  // The first ones compute, the others wait.
  await setTimeout(300);
  controller.abort();
  const outcomes = await Promise.allSettled(left);
  expect(outcomes.filter(({ status }) => status === "fulfilled").length).toBeLessThan(10);
  const begun = performance.now();
  expect((await account.ask(path)).body.Response).toMatchObject({ MaxCoverage: 250_000 });
  expect(performance.now() - begun).toBeLessThan(10_000);
});
