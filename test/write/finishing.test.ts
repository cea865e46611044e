import { readdir } from "node:fs/promises";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import type { Logger } from "../../src/core/logger.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { stagedUploads } from "../../src/write/leftovers.ts";
import type { StagedFile } from "../../src/write/staged-file.ts";
import { withDiskLimit } from "../helpers/disk-limit.ts";
import { useStagedFiles } from "../helpers/staged-files-world.ts";
import { runOut } from "../helpers/run-out.ts";

/* When files are finished, and what happens to those that are not. */

const here = useStagedFiles();
const { use, written } = here;

/** Opens it for writing; returns what its last close does. */
function opened(file: StagedFile): () => void {
  const writer = here.files.openForWriting(file);
  return () => writer.close();
}

describe("finishing everything", () => {
  test("leaves files that are open for writing or await a rename, and those of other app results", async () => {
    const [f, open, reading] = [await written("f"), await written("open"), await written("read")];
    await written("held.tmp");
    const close = opened(open);
    here.files.openForReading(reading);
    const other = await here.files.create({
      ...here.world.resultFile("other"),
      appResultId: "999",
    });
    expect(here.files.unfinished(here.world.appResultId)).toHaveLength(4);
    expect(here.files.unfinished()).toHaveLength(5);
    await here.files.finishing.finishAll(neverAborted, here.world.appResultId);
    expect((await here.world.remote()).toSorted()).toEqual(["f=f", "read=read"]);
    expect(f.content.isUnfinished).toBe(false);
    close();
    await here.files.finishing.finishAll(neverAborted, here.world.appResultId);
    expect(await here.world.remote()).toContain("open=open");
    await here.files.remove(other, neverAborted);
  });

  test("tries all, and fails as the first that failed", async () => {
    here.world.emulator.addFaults("POST /appresults/*/files n=1 status=403");
    await written("f");
    await written("g");
    await expect(here.files.finishing.finishAll(neverAborted)).rejects.toMatchObject({
      reason: "access-denied",
    });
    expect(await here.world.remote()).toHaveLength(1);
  });
});

describe("in the background", () => {
  test("a file is finished, unless it awaits a rename or was removed", async () => {
    const [f, held, removed] = [await written("f"), await written("x.tmp"), await written("r")];
    await here.files.remove(removed, neverAborted);
    for (const file of [f, held, removed]) here.files.finishing.finishInBackground(file);
    await expect.poll(() => f.content.isUnfinished).toBe(false);
    await turn();
    expect(await here.world.remote()).toEqual(["f=f"]);
  });

  test("a failure is logged, and the file is still there", async () => {
    const told: unknown[] = [];
    const logger: Logger = Object.assign(Object.create(silentLogger) as Logger, {
      error: (...all: unknown[]) => void told.push(all),
    });
    await use({ logger });
    const file = await written("f");
    here.world.emulator.addFaults("POST /appresults/*/files status=403");
    here.files.finishing.finishInBackground(file);
    await expect.poll(() => told).toHaveLength(1);
    expect(told[0]).toEqual([{ error: expect.stringContaining("403") }, "an upload failed"]);
    expect(here.files.unfinished()).toEqual([file]);
    here.world.emulator.clearFaults();
  });

  test.each<readonly [string, (file: StagedFile) => unknown, boolean]>([
    ["nothing happens to it", () => {}, true],
    ["somebody opens it for writing", opened, false],
    ["somebody wrote to it", async (file) => await file.content.write(0, Buffer.from("x")), false],
    ["it was removed", async (file) => await here.files.remove(file, neverAborted), false],
  ])("an empty file is finished later: %s", async (_title, meanwhile, isFinished) => {
    const file = await here.files.create(here.world.resultFile("f"));
    here.files.finishing.finishLater(file, 5000);
    await expect.poll(() => here.world.clock.sleeping).toBe(1);
    here.world.clock.advance(4999);
    await meanwhile(file);
    await turn();
    expect(await here.world.remote()).toEqual([]);
    here.world.clock.advance(1);
    if (isFinished) await expect.poll(() => file.content.isUnfinished).toBe(false);
    for (let turns = 0; turns < 20; turns += 1) await turn();
    expect(await here.world.remote()).toEqual(isFinished ? ["f="] : []);
  });
});

describe("what is still open", () => {
  const passed = async (work: Promise<unknown>): Promise<number> =>
    await runOut(here.world.clock, work, 20);

  test("is nothing at once when nothing is", async () => {
    expect(await passed(here.files.finishing.stillOpen(neverAborted))).toBe(0);
  });

  test("is returned after the kernel had a second to report a last close", async () => {
    opened(await written("f"));
    const looking = here.files.finishing.stillOpen(neverAborted, here.world.appResultId);
    expect(await passed(looking)).toBe(1000);
    expect((await looking).map(({ path }) => path)).toEqual(["f"]);
    expect(await here.files.finishing.stillOpen(neverAborted, "999")).toEqual([]);
  });

  test("is nothing when the last close is reported meanwhile", async () => {
    const close = opened(await written("f"));
    const looking = here.files.finishing.stillOpen(neverAborted);
    await expect.poll(() => here.world.clock.sleeping).toBe(1);
    close();
    expect(await passed(looking)).toBe(20);
    expect(await looking).toEqual([]);
  });

  test("waits for a close that is under way, however long, and a second for its end to be reported", async () => {
    const file = await written("f");
    const close = opened(file);
    here.world.emulator.addFaults("POST /appresults/*/files n=1 delay=200ms");
    const finishing = here.files.finishing.finish(file, neverAborted);
    await here.world.faultsTaken();
    const looking = here.files.finishing.stillOpen(neverAborted);
    await turn();
    expect(here.world.clock.sleeping).toBe(0);
    here.world.clock.advance(60_000);
    await finishing;
    await expect.poll(() => here.world.clock.sleeping).toBe(1);
    here.world.clock.advance(900);
    await expect.poll(() => here.world.clock.sleeping).toBe(1);
    close();
    expect(await passed(looking)).toBeLessThanOrEqual(20);
    expect(await looking).toEqual([]);
  });

  test("waits no longer for a close that failed", async () => {
    const file = await written("f");
    opened(file);
    here.world.emulator.addFaults("POST /appresults/*/files n=1 delay=100ms,status=403");
    const failing = expect(here.files.finishing.finish(file, neverAborted)).rejects.toThrow("403");
    await here.world.faultsTaken();
    const looking = here.files.finishing.stillOpen(neverAborted);
    await failing;
    expect(await passed(looking)).toBeLessThanOrEqual(1000);
    expect(await looking).toHaveLength(1);
  });

  test("stops waiting when the signal aborts", async () => {
    opened(await written("f"));
    const controller = new AbortController();
    const looking = here.files.finishing.stillOpen(controller.signal);
    const givenUp = expect(looking).rejects.toThrow("given up");
    await expect.poll(() => here.world.clock.sleeping).toBe(1);
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
  await here.files.finishing.finish(again, neverAborted);
  opened(await written("open"));
  await written("x.tmp");
  const broken = await written("broken");
  const breaking = withDiskLimit(
    3,
    async () => await broken.content.write(0, Buffer.from("12345")),
  );
  await expect(breaking).rejects.toMatchObject({ reason: "environment" });
  await here.files[Symbol.asyncDispose]();
  expect((await here.world.remote()).toSorted()).toEqual(["again=again", "f=f"]);
  const left = await stagedUploads(here.world.stagingPath);
  const reasons = left.map(({ resultFile, why, isLive }) => [resultFile?.path, why, isLive]);
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
  const [mount = ""] = await readdir(here.world.stagingPath);
  expect(await readdir(`${here.world.stagingPath}/${mount}`)).toHaveLength(4);
});
