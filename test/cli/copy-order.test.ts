import { mkdir, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { BaseSpace } from "../../src/api/client.ts";
import type { AppResultId } from "../../src/core/ids.ts";
import { type CliOutcome, runCli } from "../helpers/run-cli.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

/*
 * Programs consider an index that is older than its data stale. Dates in BaseSpace cannot be changed, so the order of
 * the copy matters.
 */

const FILES = "bs:/projects/P/appresults/R/files";
const RESULT = "31" as AppResultId;
const PAIRS = [
  ["a.bam", "a.bam.bai"],
  ["b.bam", "b.bai"],
  ["c.vcf.gz", "c.vcf.gz.tbi"],
  ["d.cram", "d.cram.crai"],
  ["e.fa", "e.fa.fai"],
  ["f.vcf", "f.vcf.idx"],
  ["g.bcf", "g.bcf.csi"],
  ["h.fa.gz", "h.fa.gz.gzi"],
] as const;

let emulator: TestEmulator;
let client: BaseSpace;
let dir: TempDir;

beforeAll(async () => {
  const dates = PAIRS.flatMap(([data, index], at) => [
    { path: `old/${data}`, content: `data ${at}`, dateCreated: `2024-02-0${at + 1}T00:00:00.123Z` },
    { path: `old/${index}`, content: `index ${at}`, dateCreated: "2024-01-01T00:00:00Z" },
  ]);
  const results = [
    { id: "30", name: "Done", files: dates },
    { id: RESULT, name: "R", status: "Running" } as const,
  ];
  emulator = await startTestEmulator({ projects: [{ name: "P", appResults: results }] });
  const { apiServer, accessToken } = emulator;
  client = new BaseSpace({ apiServer, accessToken, environment: {} });
});
afterAll(async () => {
  await client?.close();
  await emulator?.close();
});
beforeEach(async () => {
  dir = await tempDir();
  await mkdir(dir.join("in"));
});
afterEach(async () => await dir[Symbol.asyncDispose]());

const cp = async (...args: string[]): Promise<CliOutcome> =>
  await runCli(["cp", "-r", ...args], emulator, dir);

/** When BaseSpace had the newest file of each path below a folder, and in which order. */
async function uploaded(folder: string): Promise<Map<string, { date: number; id: number }>> {
  const files = await client.appResults.files(RESULT).all();
  const below = files.filter(({ path }) => path.startsWith(`${folder}/`));
  return new Map(
    below
      .toSorted((a, b) => Number(a.id) - Number(b.id))
      .map(({ id, path, dateCreated }) => [
        path.slice(folder.length + 1),
        { date: dateCreated?.getTime() ?? Number.NaN, id: Number(id) },
      ]),
  );
}

async function expectInOrder(folder: string): Promise<void> {
  const files = await uploaded(folder);
  for (const [data, index] of PAIRS) {
    const [ofData, ofIndex] = [files.get(data), files.get(index)];
    expect(ofIndex?.id, index).toBeGreaterThan(ofData?.id ?? Number.NaN);
    expect(ofIndex?.date, index).toBeGreaterThanOrEqual(ofData?.date ?? Number.NaN);
  }
}

/** The data take longer to upload than everything else: they are uploaded in parts. */
async function writePairs(sizeBytes = 200_000): Promise<void> {
  for (const [at, [data, index]] of PAIRS.entries()) {
    await writeFile(dir.join("in", data), Buffer.alloc(at === 0 ? 26_000_000 : sizeBytes, at));
    await writeFile(dir.join("in", index), `index ${at}`);
  }
}

describe("an index and its data, with eight files at a time under way", () => {
  it("are uploaded one after the other, out of a folder and as sources of their own", async () => {
    await writePairs();
    expect(await cp(dir.join("in"), `${FILES}/folder`)).toMatchObject({ exitCode: 0 });
    await expectInOrder("folder");
    const indexesFirst = PAIRS.flatMap((pair) =>
      pair.map((name) => dir.join("in", name)).toReversed(),
    );
    expect(await cp(...indexesFirst, `${FILES}/sources/`)).toMatchObject({ exitCode: 0 });
    await expectInOrder("sources");
  });

  it("are uploaded again both when only the data has changed, and neither when nothing has", async () => {
    await writePairs(10);
    const again = async (): Promise<string> =>
      (await cp("-T", dir.join("in"), `${FILES}/new`)).output;
    expect(await again()).toMatch(/^copied 16 files$/m);
    expect(await again()).toMatch(/^copied 0 files, 16 unchanged$/m);
    await writeFile(dir.join("in/b.bam"), "other");
    expect(await again()).toMatch(/^copied 2 files, 14 unchanged$/m);
    await expectInOrder("new");
  });

  it("are uploaded again when the index there is the older one, as others may have left it", async () => {
    await writePairs(10);
    const [data, index] = [dir.join("in/b.bam"), dir.join("in/b.bai")];
    await cp(index, `${FILES}/left/`);
    // BaseSpace's dates are whole seconds.
    await delay(1100);
    await cp(data, `${FILES}/left/`);
    expect((await cp(index, data, `${FILES}/left/`)).output).toMatch(
      /^copied 1 file, 1 unchanged$/m,
    );
    const files = await uploaded("left");
    expect(files.get("b.bai")?.id).toBeGreaterThan(files.get("b.bam")?.id ?? Number.NaN);
  });

  it("stay behind both when the data cannot be copied", async () => {
    await writeFile(dir.join("in/x.bam.bai"), "index");
    await symlink("nothing", dir.join("in/x.bam"));
    const { exitCode, output } = await cp(dir.join("in/."), `${FILES}/half`);
    expect(exitCode).toBe(1);
    expect(output).toMatch(/x\.bam\.bai is not copied: it is the index of .*x\.bam, which was not/);
    expect([...(await uploaded("half")).keys()]).toEqual([]);
    const alone = await cp(dir.join("in/x.bam.bai"), dir.join("in/x.bam"), `${FILES}/half/`);
    expect(alone.exitCode).toBe(1);
    expect([...(await uploaded("half")).keys()]).toEqual([]);
  });

  it("come down with dates in order, also where BaseSpace's and those of a copy are not", async () => {
    const from = "bs:/projects/P/appresults/Done/files/old";
    const expectDates = async (): Promise<void> => {
      for (const [data, index] of PAIRS) {
        const [ofData, ofIndex] = await Promise.all(
          [data, index].map(async (name) => await stat(dir.join("out", name), { bigint: true })),
        );
        expect(ofIndex?.mtimeNs, index).toBeGreaterThanOrEqual(ofData?.mtimeNs ?? 0n);
      }
    };
    expect(await cp(from, dir.join("out"))).toMatchObject({ exitCode: 0 });
    await expectDates();
    expect((await stat(dir.join("out/c.vcf.gz"))).mtime.toISOString()).toMatch(/^2024-02-03/);
    await utimes(dir.join("out/a.bam.bai"), 1, 1);
    expect((await cp("-T", from, dir.join("out"))).output).toMatch(/16 unchanged/);
    await expectDates();
    await cp(
      ...PAIRS.flat()
        .toReversed()
        .map((name) => `${from}/${name}`),
      dir.join("in"),
    );
    const files = await client.appResults.files("30").all();
    await client.transfers.download.allToFolder(files, dir.path);
    for (const [data, index] of PAIRS) {
      for (const folder of ["in", "old"]) {
        const [ofData, ofIndex] = await Promise.all(
          [data, index].map(async (name) => await stat(dir.join(folder, name), { bigint: true })),
        );
        expect(ofIndex?.mtimeNs, index).toBeGreaterThanOrEqual(ofData?.mtimeNs ?? 0n);
      }
    }
  });
});
