import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BaseSpace } from "../../src/api/client.ts";
import { neverAborted } from "../../src/core/abort.ts";
import { systemClock } from "../../src/core/clock.ts";
import type { AppResultId } from "../../src/core/ids.ts";
import { TaskGroup } from "../../src/core/task-group.ts";
import { StagedContent } from "../../src/write/staged-content.ts";
import { PartMemory } from "../../src/write/part-memory.ts";
import { BASESPACE_PARTS as plan } from "../../src/upload/part-plan.ts";
import { StagingFile } from "../../src/write/staging-file.ts";
import { NO_JOURNAL } from "../helpers/no-journal.ts";
import { type TestEmulator, startTestEmulator } from "../helpers/start-test-emulator.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

/* Staged content over the real client and the local BaseSpace. */

const QUICK = { attempts: 3, firstDelayMs: 5, maxDelayMs: 20, totalMs: 5_000 };
const MIB = 1024 * 1024;
const PART = 8 * MIB;
/** The first part waits until a thread has started, from TypeScript and beside other tests. */
const PATIENT = { timeout: 20_000 };

let emulator: TestEmulator;
let client: BaseSpace;
let folder: TempDir;
let tasks: TaskGroup;
let appResultId: AppResultId;
let count = 0;
let stagings: StagingFile[] = [];

beforeEach(async () => {
  emulator = await startTestEmulator({ projects: [{ name: "Results", id: "12" }] });
  const { apiServer, accessToken } = emulator;
  client = new BaseSpace({ apiServer, accessToken, retry: QUICK, environment: {} });
  appResultId = (await client.projects.createAppResult("12", { name: "r" })).id;
  folder = await tempDir();
  tasks = new TaskGroup();
  emulator.clearRequests();
});

afterEach(async () => {
  await tasks[Symbol.asyncDispose]();
  await Promise.all(stagings.map(async (staging) => await staging.discard()));
  stagings = [];
  await client.close();
  await emulator.close();
  await folder[Symbol.asyncDispose]();
});

async function staged(path: string): Promise<StagedContent> {
  const staging = await StagingFile.create(join(folder.path, `${(count += 1)}`));
  stagings.push(staging);
  const memory = new PartMemory(48 * MIB);
  const destination = { appResultId, path };
  return new StagedContent({
    target: client.uploads,
    destination,
    sendsAhead: true,
    isCopy: false,
    plan,
    staging,
    clock: systemClock,
    memory,
    tasks,
    journal: NO_JOURNAL,
    withRoom: async (work) => await work(),
  });
}

/** The content of each complete file at `path`, oldest first. */
async function versions(path: string): Promise<Buffer[]> {
  const files = (await client.appResults.files(appResultId).all()).filter((f) => f.path === path);
  return await Promise.all(
    files.map(async ({ id }) => {
      const response = await emulator.get(`files/${id}/content`);
      return Buffer.from(await response.arrayBuffer());
    }),
  );
}

const sent = (method: string, pattern: RegExp): number =>
  emulator.requests.filter((r) => r.method === method && pattern.test(r.path)).length;
const begun = (): number => sent("POST", /appresults\/[^/]+\/files$/);
const parts = (): number => sent("PUT", /parts/);

async function writeAll(file: StagedContent, content: Buffer, step: number): Promise<void> {
  for (let at = 0; at < content.length; at += step) {
    await file.write(at, content.subarray(at, at + step));
  }
}

function pattern(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at += 4096) bytes.writeUInt32LE((at + seed) % 4_294_967_291, at);
  return bytes;
}

describe("staged content", () => {
  test("of up to one part is uploaded in one request, when it is finished", async () => {
    const file = await staged("a/small.txt");
    await file.write(0, Buffer.from("hello "));
    await file.write(6, Buffer.from("world"));
    expect(emulator.requests).toHaveLength(0);
    await file.finish(neverAborted);
    expect(await versions("a/small.txt")).toEqual([Buffer.from("hello world")]);
    expect(parts()).toBe(0);
    expect(file.isUnfinished).toBe(false);
  });

  test("sends parts while it is still written", async () => {
    const content = pattern(2 * PART + 100);
    const file = await staged("big");
    await writeAll(file, content.subarray(0, PART + 1), MIB);
    await expect.poll(parts, PATIENT).toBe(1);
    await file.write(PART, content.subarray(PART));
    await file.finish(neverAborted);
    expect((await versions("big")).map((bytes) => bytes.equals(content))).toEqual([true]);
    expect([begun(), parts()]).toEqual([1, 3]);
  });

  test("sends a part again that is written over after it was sent", async () => {
    const content = pattern(2 * PART);
    const file = await staged("big");
    await writeAll(file, content, MIB);
    await expect.poll(parts, PATIENT).toBe(1);
    await file.write(5, Buffer.from("CHANGED"));
    content.write("CHANGED", 5);
    await file.finish(neverAborted);
    expect((await versions("big")).map((bytes) => bytes.equals(content))).toEqual([true]);
    expect([begun(), parts()]).toEqual([1, 3]);
  });

  test("that is written backwards, with a hole, is right", async () => {
    const file = await staged("sparse");
    await file.write(PART + 10, Buffer.from("end"));
    await file.write(3, Buffer.from("begin"));
    await file.finish(neverAborted);
    const content = Buffer.alloc(PART + 13);
    content.write("begin", 3);
    content.write("end", PART + 10);
    expect((await versions("sparse")).map((bytes) => bytes.equals(content))).toEqual([true]);
  });

  test("that is truncated below what was sent starts over and leaves one file", async () => {
    const file = await staged("cut");
    await writeAll(file, pattern(2 * PART + 5), MIB);
    await expect.poll(parts, PATIENT).toBe(2);
    await file.truncate(3);
    await file.finish(neverAborted);
    expect((await versions("cut")).map(({ length }) => length)).toEqual([3]);
  });

  test("that is truncated while parts of it wait for memory has its last length", async () => {
    emulator.addFaults("PUT /files/*/parts/* n=6 delay=200ms");
    const file = await staged("cut");
    const content = pattern(8 * PART + 5);
    await file.write(0, content);
    await file.truncate(6 * PART + 5);
    await file.finish(neverAborted);
    const whole = content.subarray(0, 6 * PART + 5);
    expect((await versions("cut")).map((bytes) => bytes.equals(whole))).toEqual([true]);
    expect(parts()).toBeLessThanOrEqual(8);
  });

  test("that grows by truncation ends in zeros", async () => {
    const file = await staged("grown");
    await file.write(0, Buffer.from("x"));
    await file.truncate(4);
    await file.finish(neverAborted);
    expect(await versions("grown")).toEqual([Buffer.from("x\0\0\0")]);
  });

  test("that grows after its last part was sent sends that part whole", async () => {
    const file = await staged("tail");
    await writeAll(file, pattern(PART + 10), MIB);
    emulator.addFaults("POST /files/* n=1 status=400");
    await expect(file.finish(neverAborted)).rejects.toThrow("400");
    await file.truncate(PART + 20);
    await file.finish(neverAborted);
    expect((await versions("tail")).map(({ length }) => length)).toEqual([PART + 20]);
  });

  test("makes a new version when it is written after it was finished, and none when it is not", async () => {
    const file = await staged("v");
    await file.write(0, Buffer.from("one"));
    await file.finish(neverAborted);
    await file.finish(neverAborted);
    await file.write(3, Buffer.from("two"));
    await file.finish(neverAborted);
    expect((await versions("v")).map(String)).toEqual(["one", "onetwo"]);
  });

  test("that is empty can be finished too", async () => {
    const file = await staged("empty");
    expect(file.isUnfinished).toBe(true);
    await file.finish(neverAborted);
    expect(await versions("empty")).toEqual([Buffer.alloc(0)]);
  });

  test("that was renamed has its new name only, whatever was sent before", async () => {
    const file = await staged("x.tmp");
    await writeAll(file, pattern(PART + 10), MIB);
    await expect.poll(parts, PATIENT).toBe(1);
    await file.rename("y.bam", { sendsAhead: true }, neverAborted);
    await file.finish(neverAborted);
    expect(await versions("x.tmp")).toEqual([]);
    expect((await versions("y.bam")).map(({ length }) => length)).toEqual([PART + 10]);
  });
});

describe("staged content whose upload fails", () => {
  test("is not listed, and is finished by the next try with the missing parts only", async () => {
    const content = pattern(2 * PART + 5);
    emulator.addFaults("PUT /files/*/parts/2 n=6 status=500");
    const file = await staged("big");
    await file.write(0, content);
    await expect(file.finish(neverAborted)).rejects.toThrow("500");
    expect(await versions("big")).toEqual([]);
    expect(file.isUnfinished).toBe(true);
    emulator.clearRequests();
    await file.finish(neverAborted);
    expect((await versions("big")).map((bytes) => bytes.equals(content))).toEqual([true]);
    expect([begun(), parts()]).toEqual([0, 1]);
  });

  test("leaves nothing behind when it is discarded", async () => {
    const file = await staged("big");
    await writeAll(file, pattern(PART + 5), MIB);
    await expect.poll(parts, PATIENT).toBe(1);
    await file.discard(neverAborted);
    expect(readdirSync(folder.path)).toEqual([]);
    expect(sent("POST", /^\/v1pre3\/files\/\d+$/)).toBe(1);
    expect(await versions("big")).toEqual([]);
  });

  test("is refused when no upload could hold it", async () => {
    const file = await staged("huge");
    await expect(file.write(3e11, Buffer.from("x"))).rejects.toMatchObject({ reason: "too-big" });
    await expect(file.truncate(3e11)).rejects.toMatchObject({ reason: "too-big" });
  });
});
