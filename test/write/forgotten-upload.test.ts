import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { content, PART, UploadWorld } from "../helpers/upload-world.ts";

/* BaseSpace says that it does not know an upload, or its app result. */

let world: UploadWorld;

beforeAll(async () => {
  world = await UploadWorld.start();
});

afterAll(async () => await world?.[Symbol.asyncDispose]());

beforeEach(async () => await world.newResult());

const TEXT = content(3 * PART + 9);
const begun = (): number => world.sent("POST", /appresults\/\d+\/files$/);

describe.each([404, 410, 409])("an upload that gets %i", (status) => {
  test.each([
    ["the first part", "PUT /files/*/parts/1"],
    ["the last part", "PUT /files/*/parts/4"],
    ["the end", "POST /files/*"],
  ])("for %s, once, is begun again and makes one file with every byte", async (_part, rule) => {
    world.emulator.addFaults(`${rule} n=1 status=${status}`);
    const file = await world.content("f", { sendsAhead: false });
    await file.write(0, Buffer.from(TEXT));
    await file.finish(neverAborted);
    expect(await world.remote()).toEqual([`f=${TEXT}`]);
    expect(file.uploaded?.sizeBytes).toBe(TEXT.length);
    expect(begun()).toBe(2);
    expect(file.isUnfinished).toBe(false);
  });

  test("every time is begun again once, and fails", async () => {
    world.emulator.addFaults(`POST /files/* status=${status}`);
    const file = await world.content("f");
    await file.write(0, Buffer.from(TEXT));
    await expect(file.finish(neverAborted)).rejects.toMatchObject({
      reason: "gone",
      cause: { status },
    });
    expect(begun()).toBe(2);
    expect(file.isUnfinished).toBe(true);
    world.emulator.clearFaults();
    expect(await world.remote()).toEqual([]);
    await file.finish(neverAborted);
    expect(await world.remote()).toEqual([`f=${TEXT}`]);
  });
});

test.each([404, 410])(
  "an upload that gets %i at its beginning is not begun again",
  async (status) => {
    world.emulator.addFaults(`POST /appresults/*/files status=${status}`);
    const file = await world.content("f");
    await file.write(0, Buffer.from(TEXT));
    await expect.poll(begun).toBeGreaterThan(0);
    const before = begun();
    await expect(file.finish(neverAborted)).rejects.toMatchObject({ reason: "gone" });
    // By the parts that were sent ahead, and by the end.
    expect(begun() - before).toBeLessThanOrEqual(3);
  },
);

test("an upload that was completed, but whose response was lost, is begun again by the next finish", async () => {
  world.emulator.addFaults("POST /files/* n=1 reset-after", "GET /files/* status=501");
  const file = await world.content("f");
  await file.write(0, Buffer.from(TEXT));
  await expect(file.finish(neverAborted)).rejects.toThrow();
  world.emulator.clearFaults();
  await file.write(1, Buffer.from("!"));
  await file.finish(neverAborted);
  expect((await world.remote()).at(-1)).toBe(`f=${TEXT[0] ?? ""}!${TEXT.slice(2)}`);
  expect(file.isUnfinished).toBe(false);
});

test("an upload that fails in another way is not begun again", async () => {
  world.emulator.addFaults("POST /files/* n=1 status=403");
  const file = await world.content("f");
  await file.write(0, Buffer.from(TEXT));
  await expect(file.finish(neverAborted)).rejects.toMatchObject({ reason: "access-denied" });
  expect(begun()).toBe(1);
  await file.finish(neverAborted);
  expect(begun()).toBe(1);
  expect(await world.remote()).toEqual([`f=${TEXT}`]);
});
