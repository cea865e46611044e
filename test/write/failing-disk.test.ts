import { truncate } from "node:fs/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import type { StagedContent } from "../../src/write/staged-content.ts";
import { withDiskLimit } from "../helpers/disk-limit.ts";
import { content, PART, UploadWorld } from "../helpers/upload-world.ts";

/* The staging disk takes less than it was given, or loses some of it: nothing of such a file is ever complete. */

let world: UploadWorld;

beforeAll(async () => {
  world = await UploadWorld.start();
});

afterAll(async () => await world?.[Symbol.asyncDispose]());

beforeEach(async () => await world.newResult());

const FAILURE = { reason: "environment", message: expect.stringContaining("staging file") };

/** A file whose last write broke off at `sizeBytes`. */
async function brokenAt(sizeBytes: number, length: number): Promise<StagedContent> {
  const file = await world.content("f");
  const bytes = Buffer.from(content(length));
  const writing = withDiskLimit(sizeBytes, async () => await file.write(0, bytes));
  await expect(writing).rejects.toMatchObject(FAILURE);
  return file;
}

describe.each([
  ["whose first write failed", 0, 10],
  ["whose only write was short", 20, 30],
  ["whose write of several parts was short", 2 * PART + 5, 4 * PART],
])("a file %s", (_title, limit, length) => {
  test("has what was written, and fails whatever is asked of it, in the same words", async () => {
    const file = await brokenAt(limit, length);
    const { failedChange } = file;
    expect(failedChange).toMatchObject(FAILURE);
    expect(file.sizeBytes).toBe(limit);
    for (const attempt of [
      async () => await file.write(limit, Buffer.from("more")),
      async () => await file.truncate(limit + 5),
      async () => await file.sync(),
      async () => await file.finish(neverAborted),
      async () => await file.finish(neverAborted),
    ]) {
      await expect(attempt()).rejects.toBe(failedChange);
    }
    expect(file.isUnfinished).toBe(true);
    expect(await world.remote()).toEqual([]);
  });

  test("is right when it is emptied and written anew", async () => {
    const file = await brokenAt(limit, length);
    await file.truncate(0);
    expect(file.failedChange).toBeUndefined();
    await file.write(0, Buffer.from(content(length, "again")));
    await file.sync();
    await file.finish(neverAborted);
    expect(await world.remote()).toEqual([`f=${content(length, "again")}`]);
  });

  test("is not forgiven by anything else than emptying", async () => {
    const file = await brokenAt(limit, length);
    file.released();
    await expect(file.truncate(1)).rejects.toBe(file.failedChange);
    await file.rename("g", { sendsAhead: true }, neverAborted);
    await expect(file.finish(neverAborted)).rejects.toMatchObject(FAILURE);
    expect(await world.remote()).toEqual([]);
  });
});

test("a write that fails while the file is being finished keeps it from being complete", async () => {
  const file = await world.content("f");
  await file.write(0, Buffer.from(content(3 * PART)));
  world.emulator.addFaults("PUT /files/*/parts/3 n=1 delay=400ms");
  const finishing = file.finish(neverAborted);
  const failing = expect(finishing).rejects.toMatchObject(FAILURE);
  await world.faultsTaken();
  const writing = withDiskLimit(5, async () => await file.write(0, Buffer.from("0123456789")));
  await expect(writing).rejects.toMatchObject(FAILURE);
  await failing;
  expect(world.sent("POST", /\/files\/\d+$/)).toBe(0);
  expect(await world.remote()).toEqual([]);
});

test("a change that is too big for BaseSpace is forgotten when a finished file is closed", async () => {
  const file = await world.content("f");
  await file.write(0, Buffer.from("whole"));
  await file.finish(neverAborted);
  await expect(file.write(1e6, Buffer.from("x"))).rejects.toMatchObject({ reason: "too-big" });
  await expect(file.write(5, Buffer.from("!"))).rejects.toMatchObject({ reason: "too-big" });
  expect(file.isUnfinished).toBe(false);
  file.released();
  await file.write(5, Buffer.from("!"));
  await file.finish(neverAborted);
  expect(await world.remote()).toEqual(["f=whole", "f=whole!"]);
});

test("a length that is too big for BaseSpace is refused, and the file is as it was", async () => {
  const file = await world.content("f");
  await file.write(0, Buffer.from("whole"));
  await expect(file.truncate(1e6)).rejects.toMatchObject({ reason: "too-big" });
  await file.finish(neverAborted);
  expect(await world.remote()).toEqual(["f=whole"]);
});

describe.each([
  ["short", 40, 25],
  ["of several parts", 3 * PART, PART + 3],
  ["of several parts, of which nothing is left,", 3 * PART, 0],
])("a file that is %s whose staging file somebody else cuts", (_title, length, left) => {
  async function cut(): Promise<StagedContent> {
    const staging = await world.staging();
    const file = await world.content("f", { staging, sendsAhead: false });
    await file.write(0, Buffer.from(content(length)));
    await truncate(staging.path, left);
    return file;
  }
  const LOST = { reason: "environment", message: expect.stringContaining(`it ends at ${left}`) };

  test("cannot be finished, and nothing is listed", async () => {
    const file = await cut();
    await expect(file.finish(neverAborted)).rejects.toMatchObject({ reason: "environment" });
    expect(file.isUnfinished).toBe(true);
    expect(await world.remote()).toEqual([]);
  });

  test("does not get zeros in their place once that was seen", async () => {
    const file = await cut();
    await expect(file.read(0, Buffer.alloc(length))).rejects.toMatchObject(LOST);
    await expect(file.write(length, Buffer.from("x"))).rejects.toMatchObject(LOST);
    await expect(file.truncate(length + 10)).rejects.toMatchObject(LOST);
    await expect(file.finish(neverAborted)).rejects.toMatchObject(LOST);
    expect(await world.remote()).toEqual([]);
    await file.truncate(0);
    await file.write(0, Buffer.from("anew"));
    await file.finish(neverAborted);
    expect(await world.remote()).toEqual(["f=anew"]);
  });
});
