import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";
import { runCommand } from "../helpers/run-command.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

const READER = fileURLToPath(new URL("./programs/random-reader.mjs", import.meta.url));
const FILES = "projects/Big/appresults/numbers/files";
const GIB = 1024 ** 3;
const BIG = { path: "big.bin", size: GIB, seed: "one" };
const HUGE = { path: "huge.bin", size: 6 * GIB + 12_345, seed: "six" };

let folder: TempDir;
let product: Product;

beforeAll(async () => {
  folder = await tempDir();
  const files = [BIG, HUGE].map(({ path, size, seed }) => ({ path, content: { size, seed } }));
  const catalog = { projects: [{ name: "Big", appResults: [{ name: "numbers", files }] }] };
  await writeFile(folder.join("catalog.json"), JSON.stringify(catalog));
  product = await startProduct({
    emulatorArgs: ["--catalog", folder.join("catalog.json")],
    mountArgs: ["--memory-cache", "32MiB"],
  });
});

afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

interface ReaderReport {
  readonly reads: number;
  readonly bytes: number;
  readonly wrong: readonly string[];
}

async function readRandomly(
  { path, size, seed }: typeof BIG,
  randomSeed: number,
  seconds: number,
): Promise<ReaderReport> {
  const file = `${product.mountPoint}/${FILES}/${path}`;
  const args = [READER, file, String(size), seed, String(randomSeed), String(seconds)];
  const { code, stdout, stderr } = await runCommand(process.execPath, args);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return JSON.parse(stdout) as ReaderReport;
}

/** Drops the file's pages from the kernel's cache; unlike drop_caches this needs no root. */
async function dropPages(path: string): Promise<void> {
  const dropped = await product.shell(`dd if='${path}' iflag=nocache count=0 status=none`, FILES);
  expect(dropped.code).toBe(0);
}

/** Drops them every 0.3 s; returns how often. */
async function dropAgainAndAgain(signal: AbortSignal): Promise<number> {
  for (let drops = 0; ; drops += 1) {
    if (signal.aborted) return drops;
    await dropPages(BIG.path);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

describe("no wrong byte", () => {
  it("[R4] in 16 processes that read random ranges while the page cache is dropped again and again", async () => {
    const seconds = 12;
    const stop = new AbortController();
    const dropping = dropAgainAndAgain(stop.signal);
    const reports = await Promise.all(
      Array.from({ length: 16 }, (_, at) => readRandomly(BIG, 1000 + at, seconds)),
    );
    stop.abort();
    expect(await dropping).toBeGreaterThan(5);
    expect(reports.flatMap(({ wrong }) => wrong)).toEqual([]);
    for (const { reads } of reports) expect(reads).toBeGreaterThan(0);
  });

  it("[R4] beyond 4 GiB", async () => {
    const { wrong, reads } = await readRandomly(HUGE, 7, 5);
    expect(wrong).toEqual([]);
    expect(reads).toBeGreaterThan(10);
    const tail = await product.shell(`tail -c 100000 ${HUGE.path} | md5sum`, FILES);
    const offset = HUGE.size - 100_000;
    const dd = `dd if=${HUGE.path} bs=1 skip=${offset} count=100000 iflag=fullblock status=none | md5sum`;
    expect((await product.shell(dd, FILES)).stdout).toBe(tail.stdout);
    const behind = `dd if=${HUGE.path} bs=1M skip=7000 count=1 status=none | wc -c`;
    expect((await product.shell(behind, FILES)).stdout.trim()).toBe("0");
  });

  it("in a sequential read of a whole file", async () => {
    const { createCipheriv, createHash } = await import("node:crypto");
    const key = createHash("md5").update(BIG.seed).digest();
    const cipher = createCipheriv("aes-128-ctr", key, Buffer.alloc(16));
    const expected = createHash("md5");
    const zeros = Buffer.alloc(1024 * 1024);
    for (let at = 0; at < 256; at += 1) expected.update(cipher.update(zeros));
    const read = `dd if=${BIG.path} bs=1M count=256 status=none | md5sum`;
    expect((await product.shell(read, FILES)).stdout).toBe(`${expected.digest("hex")}  -\n`);
  });
});
