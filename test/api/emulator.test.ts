import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { BaseSpace, type BaseSpaceOptions } from "../../src/api/client.ts";
import type { FileEntry } from "../../src/api/models/models.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import type { Emulator } from "../../src/emulator/options.ts";
import { startEmulator } from "../../src/emulator/start-emulator.ts";

/*
 * The client against the local BaseSpace: two programs that share no code, over real connections.
 */

const BIG = 5 * 1024 ** 3;
const QUICK = { attempts: 4, firstDelayMs: 5, maxDelayMs: 50, totalMs: 10_000 };
const TEXT = "chr1\t100\t200\n".repeat(20_000);

let emulator: Emulator;
let client: BaseSpace;

function connect(options: Partial<BaseSpaceOptions> = {}): BaseSpace {
  const { apiServer, accessToken } = emulator;
  return new BaseSpace({ apiServer, accessToken, retry: QUICK, environment: {}, ...options });
}

beforeAll(async () => {
  const samples = Array.from({ length: 1100 }, (_, index) => ({ name: `sample ${index % 40}` }));
  emulator = await startEmulator({
    catalog: {
      projects: [
        { name: "Many: samples (A/B)", samples },
        {
          name: "Results",
          appResults: [
            {
              name: "calls",
              properties: [{ name: "demo.tags", type: "string[]", items: ["a", "b"] }],
              files: [
                { path: "bed/targets.bed", content: TEXT },
                { path: "big.bin", content: { size: BIG, seed: "s" } },
                { path: "old.bam", content: "BAM", archived: true },
              ],
            },
          ],
        },
      ],
      runs: [{ name: "180101_M1", files: [{ path: "InterOp/x.bin", content: "x" }] }],
    },
  });
  client = connect();
});

afterAll(async () => {
  await client.close();
  await emulator.close();
});

beforeEach(() => {
  emulator.clearFaults();
  emulator.clearRequests();
});

async function fileNamed(path: string): Promise<FileEntry> {
  const projects = await client.users.projects({ name: "Results" }).all();
  const [result] = await client.projects.appResults(projects[0]!.id).all();
  const files = await client.appResults.files(result!.id).all();
  return files.find((file) => file.path === path)!;
}

async function read(
  file: FileEntry,
  range: { start: number; end: number },
  through = client,
): Promise<Buffer> {
  const bytes = new Uint8Array(new SharedArrayBuffer(range.end - range.start));
  const { id: fileId, sizeBytes } = file;
  const request = { fileId, sizeBytes, range, into: [bytes], expected: undefined };
  const version = await through.content.readRange(request, new AbortController().signal);
  expect(version.etag).toMatch(/^[0-9a-f]{32}/);
  return Buffer.from(bytes);
}

describe("against the local BaseSpace", () => {
  test("returns the user who is signed in", async () => {
    expect(await client.users.current()).toMatchObject({ name: "Emulator User" });
  });

  test("lists 1100 samples in two requests, each once, in order of their Ids", async () => {
    const [project] = await client.users.projects({ name: "Many: samples (A/B)" }).all();
    emulator.clearRequests();
    const samples = await client.projects.samples(project!.id).all();
    const ids = samples.map(({ id }) => Number(id));
    expect(new Set(ids).size).toBe(1100);
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    expect(emulator.requests).toHaveLength(2);
  });

  test("finds every kind of resource alone as in its list", async () => {
    const [run] = await client.users.runs().all();
    expect(await client.runs.get(run!.id)).toMatchObject({ id: run!.id, name: "180101_M1" });
    expect(await client.runs.files(run!.id).all()).toMatchObject([{ path: "InterOp/x.bin" }]);
    const projects = await client.users.projects().all();
    const project = await client.projects.get(projects[1]!.id);
    expect(project.name).toBe("Results");
    const [result] = await client.projects.appResults(project.id).all();
    expect(await client.appResults.get(result!.id)).toMatchObject({ name: "calls" });
    expect(await client.appResults.properties(result!.id).all()).toMatchObject([
      { name: "demo.tags", type: "string[]", value: { kind: "texts", texts: ["a", "b"] } },
    ]);
    const session = await client.appSessions.get(result!.appSession!.id);
    expect(session.id).toBe(result!.appSession!.id);
    const [sample] = await client.projects
      .samples(projects[0]!.id)
      .page({ limit: 1 })
      .then(({ items }) => items);
    expect(await client.samples.get(sample!.id)).toMatchObject({ id: sample!.id });
    expect(await client.samples.files(sample!.id).all()).toEqual([]);
    const file = await fileNamed("bed/targets.bed");
    expect(await client.files.get(file.id)).toMatchObject({
      sizeBytes: TEXT.length,
      name: "targets.bed",
      uploadStatus: "complete",
      etag: createHash("md5").update(TEXT).digest("hex"),
    });
  });

  test("says what is refused", async () => {
    await expect(client.files.get("999999")).rejects.toMatchObject({
      reason: "access-denied",
      errorCode: "BASESPACE.COMMON.INSUFFICIENT_RESOURCE_PERMISSIONS",
    });
    await using stranger = connect({ accessToken: "0".repeat(32) });
    await expect(stranger.users.current()).rejects.toMatchObject({
      reason: "not-signed-in",
      status: 401,
    });
    const old = await fileNamed("old.bam");
    expect(old.isArchived).toBe(true);
    await expect(read(old, { start: 0, end: 3 })).rejects.toMatchObject({ reason: "archived" });
  });

  test.each(["worker", "main"] as const)(
    "reads exactly the range asked for (%s)",
    async (fetcher) => {
      await using other = connect({ fetcher });
      const file = await fileNamed("bed/targets.bed");
      const range = { start: 12_345, end: 200_000 };
      expect((await read(file, range, other)).toString()).toBe(TEXT.slice(range.start, range.end));
    },
  );

  test("reads beyond 4 GiB", async () => {
    const file = await fileNamed("big.bin");
    expect(file.sizeBytes).toBe(BIG);
    const [whole, part] = await Promise.all([
      read(file, { start: BIG - 70_000, end: BIG }),
      read(file, { start: BIG - 10_000, end: BIG - 5000 }),
    ]);
    expect(whole.subarray(60_000, 65_000).equals(part)).toBe(true);
    expect(new Set(whole).size).toBeGreaterThan(200);
  });

  test("reads through faults of the store in a worker", async () => {
    const file = await fileNamed("bed/targets.bed");
    emulator.addFaults("GET /objects/* n=1 truncate", "GET /objects/* n=2 reset-before");
    expect((await read(file, { start: 7, end: 9000 })).toString()).toBe(TEXT.slice(7, 9000));
  });

  test.each([
    "GET /objects/* n=2 truncate",
    "GET /objects/* n=2 reset-before",
    "GET /objects/* n=3 status=503",
    "GET /objects/* n=2 retry-after=1",
    "GET /files/*/content n=2 status=500",
    "GET /files/*/content n=1 reset-after",
  ])("reads through %s", async (fault) => {
    await using fresh = connect({ fetcher: "main" });
    const file = await fileNamed("bed/targets.bed");
    emulator.addFaults(fault);
    const range = { start: 1000, end: 150_000 };
    expect((await read(file, range, fresh)).toString()).toBe(TEXT.slice(range.start, range.end));
  });

  test("does not wait for ever for a lost response", async () => {
    await using hasty = connect({ timeoutMs: 150, fetcher: "main" });
    const file = await fileNamed("bed/targets.bed");
    emulator.addFaults("GET /objects/* n=1 drop-answer");
    expect((await read(file, { start: 0, end: 10 }, hasty)).toString()).toBe(TEXT.slice(0, 10));
  });
});

test("a link that ends sooner than it said is renewed without an error", async () => {
  const clock = new FakeClock(Date.now());
  const files = [{ path: "f", content: "0123456789" }];
  const projects = [{ name: "p", appResults: [{ name: "r", files }] }];
  await using other = await startEmulator({ clock, catalog: { projects } });
  const { apiServer, accessToken } = other;
  await using reader = new BaseSpace({ apiServer, accessToken, environment: {}, fetcher: "main" });
  const [project] = await reader.users.projects().all();
  const [result] = await reader.projects.appResults(project!.id).all();
  const [file] = await reader.appResults.files(result!.id).all();
  expect((await read(file!, { start: 2, end: 5 }, reader)).toString()).toBe("234");
  clock.advance(8 * 86_400_000);
  expect((await read(file!, { start: 5, end: 8 }, reader)).toString()).toBe("567");
  const statuses = other.requests.map(
    ({ path, status }) => `${path.split("/").at(-1)?.length} ${status}`,
  );
  expect(statuses.slice(-3)).toEqual(["32 403", "7 200", "32 206"]);
});
