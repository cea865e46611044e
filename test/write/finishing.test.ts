import { readdir } from "node:fs/promises";
import { setImmediate as turn } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import type { Logger } from "../../src/core/logger.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { stagedUploads } from "../../src/write/leftovers.ts";
import type { StagedFile } from "../../src/write/staged-file.ts";
import type { StagedFiles } from "../../src/write/staged-files.ts";
import { withDiskLimit } from "../helpers/disk-limit.ts";
import { runOut } from "../helpers/run-out.ts";
import { type FilesOptions, UploadWorld } from "../helpers/upload-world.ts";

/* When files are finished, and what becomes of those that are not. */

let world: UploadWorld;
let files: StagedFiles;

beforeAll(async () => {
  world = await UploadWorld.start();
});

afterAll(async () => await world?.[Symbol.asyncDispose]());

beforeEach(async () => {
  await world.newResult();
  files = world.files();
});

afterEach(async () => await files[Symbol.asyncDispose]());

async function use(options: FilesOptions): Promise<void> {
  await files[Symbol.asyncDispose]();
  files = world.files(options);
}

async function written(path: string, text: string = path): Promise<StagedFile> {
  const file = await files.create(world.place(path));
  await file.content.write(0, Buffer.from(text));
  return file;
}

/** Opens it for writing; returns what its last close does. */
function opened(file: StagedFile): () => void {
  const writer = files.openForWriting(file);
  return () => writer.close();
}

describe("finishing everything", () => {
  test("leaves what is open for writing or held back, and what belongs to others", async () => {
    const [f, open, reading] = [await written("f"), await written("open"), await written("read")];
    await written("held.tmp");
    const close = opened(open);
    files.openForReading(reading);
    const other = await files.create({ ...world.place("other"), appResultId: "999" });
    expect(files.unfinished(world.appResultId)).toHaveLength(4);
    expect(files.unfinished()).toHaveLength(5);
    await files.finishing.finishAll(neverAborted, world.appResultId);
    expect((await world.remote()).toSorted()).toEqual(["f=f", "read=read"]);
    expect(f.content.isUnfinished).toBe(false);
    close();
    await files.finishing.finishAll(neverAborted, world.appResultId);
    expect(await world.remote()).toContain("open=open");
    await files.remove(other, neverAborted);
  });

  test("tries all, and fails as the first that failed", async () => {
    world.emulator.addFaults("POST /appresults/*/files n=1 status=403");
    await written("f");
    await written("g");
    await expect(files.finishing.finishAll(neverAborted)).rejects.toMatchObject({
      reason: "access-denied",
    });
    expect(await world.remote()).toHaveLength(1);
  });
});

describe("in the background", () => {
  test("a file is finished, unless it is held back or was removed", async () => {
    const [f, held, removed] = [await written("f"), await written("x.tmp"), await written("r")];
    await files.remove(removed, neverAborted);
    for (const file of [f, held, removed]) files.finishing.finishInBackground(file);
    await expect.poll(() => f.content.isUnfinished).toBe(false);
    await turn();
    expect(await world.remote()).toEqual(["f=f"]);
  });

  test("a failure is logged, and the file is still there", async () => {
    const told: unknown[] = [];
    const logger: Logger = Object.assign(Object.create(silentLogger) as Logger, {
      error: (...all: unknown[]) => void told.push(all),
    });
    await use({ logger });
    const file = await written("f");
    world.emulator.addFaults("POST /appresults/*/files status=403");
    files.finishing.finishInBackground(file);
    await expect.poll(() => told).toHaveLength(1);
    expect(told[0]).toEqual([{ error: expect.stringContaining("403") }, "an upload failed"]);
    expect(files.unfinished()).toEqual([file]);
    world.emulator.clearFaults();
  });

  test.each<readonly [string, (file: StagedFile) => unknown, boolean]>([
    ["nothing happens to it", () => {}, true],
    ["somebody opens it for writing", opened, false],
    ["somebody wrote to it", async (file) => await file.content.write(0, Buffer.from("x")), false],
    ["it was removed", async (file) => await files.remove(file, neverAborted), false],
  ])("an empty file is finished later: %s", async (_title, meanwhile, isFinished) => {
    const file = await files.create(world.place("f"));
    files.finishing.finishLater(file, 5000);
    await expect.poll(() => world.clock.sleeping).toBe(1);
    world.clock.advance(4999);
    await meanwhile(file);
    await turn();
    expect(await world.remote()).toEqual([]);
    world.clock.advance(1);
    if (isFinished) await expect.poll(() => file.content.isUnfinished).toBe(false);
    for (let turns = 0; turns < 20; turns += 1) await turn();
    expect(await world.remote()).toEqual(isFinished ? ["f="] : []);
  });
});

describe("what is still open", () => {
  const passed = async (work: Promise<unknown>): Promise<number> =>
    await runOut(world.clock, work, 20);

  test("is nothing at once when nothing is", async () => {
    expect(await passed(files.finishing.stillOpen(neverAborted))).toBe(0);
  });

  test("is told after the kernel had a second to tell of a last close", async () => {
    opened(await written("f"));
    const looking = files.finishing.stillOpen(neverAborted, world.appResultId);
    expect(await passed(looking)).toBe(1000);
    expect((await looking).map(({ path }) => path)).toEqual(["f"]);
    expect(await files.finishing.stillOpen(neverAborted, "999")).toEqual([]);
  });

  test("is nothing when the last close is told meanwhile", async () => {
    const close = opened(await written("f"));
    const looking = files.finishing.stillOpen(neverAborted);
    await expect.poll(() => world.clock.sleeping).toBe(1);
    close();
    expect(await passed(looking)).toBe(20);
    expect(await looking).toEqual([]);
  });

  test("waits for a close that is under way, however long, and a second for its end to be told", async () => {
    const file = await written("f");
    const close = opened(file);
    world.emulator.addFaults("POST /appresults/*/files n=1 delay=200ms");
    const finishing = files.finishing.finish(file, neverAborted);
    await world.faultsTaken();
    const looking = files.finishing.stillOpen(neverAborted);
    await turn();
    expect(world.clock.sleeping).toBe(0);
    world.clock.advance(60_000);
    await finishing;
    await expect.poll(() => world.clock.sleeping).toBe(1);
    world.clock.advance(900);
    await expect.poll(() => world.clock.sleeping).toBe(1);
    close();
    expect(await passed(looking)).toBeLessThanOrEqual(20);
    expect(await looking).toEqual([]);
  });

  test("waits no longer for a close that failed", async () => {
    const file = await written("f");
    opened(file);
    world.emulator.addFaults("POST /appresults/*/files n=1 delay=100ms,status=403");
    const failing = expect(files.finishing.finish(file, neverAborted)).rejects.toThrow("403");
    await world.faultsTaken();
    const looking = files.finishing.stillOpen(neverAborted);
    await failing;
    expect(await passed(looking)).toBeLessThanOrEqual(1000);
    expect(await looking).toHaveLength(1);
  });

  test("is given up when nobody wants to know any more", async () => {
    opened(await written("f"));
    const controller = new AbortController();
    const looking = files.finishing.stillOpen(controller.signal);
    const givenUp = expect(looking).rejects.toThrow("given up");
    await expect.poll(() => world.clock.sleeping).toBe(1);
    controller.abort(new Error("given up"));
    await givenUp;
  });
});

test("[W12] the end finishes what it can, and leaves the rest where the next mount finds it, with the reason", async () => {
  const told: unknown[] = [];
  const logger: Logger = Object.assign(Object.create(silentLogger) as Logger, {
    error: (what: unknown) => void told.push(what),
  });
  await use({ logger });
  await written("f");
  const again = await written("again");
  await files.finishing.finish(again, neverAborted);
  opened(await written("open"));
  await written("x.tmp");
  const broken = await written("broken");
  const breaking = withDiskLimit(
    3,
    async () => await broken.content.write(0, Buffer.from("12345")),
  );
  await expect(breaking).rejects.toMatchObject({ reason: "environment" });
  await files[Symbol.asyncDispose]();
  expect((await world.remote()).toSorted()).toEqual(["again=again", "f=f"]);
  const left = await stagedUploads(world.stagingPath);
  const reasons = left.map(({ place, why, isLive }) => [place?.path, why, isLive]);
  expect(reasons.toSorted(([a], [b]) => (`${a}` < `${b}` ? -1 : 1))).toEqual([
    ["broken", expect.stringContaining("cannot write to the staging file"), false],
    ["open", "it was open for writing", false],
    ["x.tmp", "its name is a temporary one", false],
  ]);
  expect(told).toHaveLength(3);
  expect(told).toContainEqual({
    path: "open",
    resultPath: "/projects/p/appresults/r",
    why: "it was open for writing",
  });
  const [mount = ""] = await readdir(world.stagingPath);
  expect(await readdir(`${world.stagingPath}/${mount}`)).toHaveLength(4);
});
