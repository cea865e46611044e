import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import type { StagedContent } from "../../src/write/staged-content.ts";
import { PartMemory } from "../../src/write/part-memory.ts";
import { content, PART, UploadWorld } from "../helpers/upload-world.ts";

/* Parts that were sent, or are being sent, when somebody writes over them. */

let world: UploadWorld;

beforeAll(async () => {
  world = await UploadWorld.start();
});

afterAll(async () => await world?.[Symbol.asyncDispose]());

beforeEach(async () => await world.newResult());

const parts = (number = "\\d+"): number => world.sent("PUT", new RegExp(`parts/${number}$`));

interface Written {
  readonly file: StagedContent;
  /** What is in it. */
  text: string;
}

async function put(written: Written, at: number, text: string): Promise<void> {
  await written.file.write(at, Buffer.from(text));
  written.text = written.text.slice(0, at) + text + written.text.slice(at + text.length);
}

async function written(length: number): Promise<Written> {
  const one = { file: await world.content("f"), text: "" };
  await put(one, 0, content(length));
  return one;
}

/** Each writes over bytes of parts that were sent or are being sent. */
const CHANGES: readonly (readonly [string, (one: Written) => Promise<void>, number])[] = [
  ["one byte of the first part", async (one) => await put(one, 0, "X"), 1],
  ["the last byte of a part", async (one) => await put(one, 2 * PART - 1, "X"), 1],
  ["the first byte of the next one", async (one) => await put(one, 2 * PART, "X"), 1],
  ["two parts, by two bytes where they meet", async (one) => await put(one, PART - 1, "XY"), 2],
  ["a whole part", async (one) => await put(one, PART, content(PART, "n")), 1],
  ["three parts at once", async (one) => await put(one, 10, content(2 * PART, "n")), 3],
  ["all of them", async (one) => await put(one, 0, content(4 * PART, "n")), 4],
];

describe.each(CHANGES)("a write over %s", (_title, change, count) => {
  test("that were sent sends them again, and no others", async () => {
    const one = await written(4 * PART + 1);
    await expect.poll(() => one.file.leftBytes).toBe(1);
    world.emulator.clearRequests();
    await change(one);
    expect(one.file.leftBytes).toBe(count * PART + 1);
    await one.file.finish(neverAborted);
    expect(await world.remote()).toEqual([`f=${one.text}`]);
    expect(parts()).toBe(count + 1);
  });

  test("while they are on their way sends them again", async () => {
    world.emulator.addFaults("PUT /files/*/parts/* n=4 delay=300ms");
    const one = await written(4 * PART + 1);
    await world.faultsTaken();
    expect(parts()).toBe(0);
    await change(one);
    await one.file.finish(neverAborted);
    expect(await world.remote()).toEqual([`f=${one.text}`]);
    expect(parts()).toBe(4 + count + 1);
  });

  test("of a file that is finished makes a new version with every byte", async () => {
    const one = await written(4 * PART + 1);
    await one.file.finish(neverAborted);
    const before = one.text;
    await change(one);
    await one.file.finish(neverAborted);
    expect(await world.remote()).toEqual([`f=${before}`, `f=${one.text}`]);
  });
});

test("what is written while the file is being finished is not in what is finished, and is due", async () => {
  const one = await written(2 * PART);
  const before = one.text;
  world.emulator.addFaults("POST /files/* n=1 delay=300ms");
  const finishing = one.file.finish(neverAborted);
  await world.faultsTaken();
  await put(one, 3, "CHANGED");
  await finishing;
  expect(one.file.isUnfinished).toBe(true);
  expect(await world.remote()).toEqual([`f=${before}`]);
  await one.file.finish(neverAborted);
  expect(await world.remote()).toEqual([`f=${before}`, `f=${one.text}`]);
});

test.each([
  ["one request", 30],
  ["parts", 3 * PART],
])(
  "what is written before the bytes of %s are read is no version with what was there",
  async (_title, length) => {
    const memory = new PartMemory(PART);
    let release = (): void => {};
    const other = memory.use(PART, neverAborted, async () => {
      await new Promise<void>((resolve) => (release = resolve));
    });
    const one = { file: await world.content("f", { memory, sendsAhead: false }), text: "" };
    await put(one, 0, content(length));
    await one.file.close({ awaitsCommit: false });
    const finishing = one.file.finish(neverAborted);
    await put(one, 3, "HALF");
    release();
    await Promise.all([other, finishing]);
    expect(await world.remote()).toEqual([]);
    await put(one, 7, "CHANGE");
    await one.file.close({ awaitsCommit: false });
    await one.file.finish(neverAborted);
    expect(await world.remote()).toEqual([`f=${one.text}`]);
  },
);

test("a part that failed in the background is due at the end", async () => {
  world.emulator.addFaults("PUT /files/*/parts/1 n=1 status=400");
  const one = await written(2 * PART);
  await expect.poll(parts).toBe(1);
  await one.file.finish(neverAborted);
  expect(await world.remote()).toEqual([`f=${one.text}`]);
  expect([parts("1"), parts("2")]).toEqual([2, 1]);
});

test("a file that grew after its last part was sent sends that part in its new length", async () => {
  const one = await written(PART + 10);
  world.emulator.addFaults("POST /files/* n=1 status=400");
  await expect(one.file.finish(neverAborted)).rejects.toMatchObject({ status: 400 });
  await put(one, PART + 10, "more");
  await one.file.finish(neverAborted);
  expect(await world.remote()).toEqual([`f=${one.text}`]);
});

test("a part that was short when it began to wait is sent with the length that it has by then", async () => {
  const memory = new PartMemory(PART);
  let release = (): void => {};
  const other = memory.use(PART - 1, neverAborted, async () => {
    await new Promise<void>((resolve) => (release = resolve));
  });
  world.emulator.addFaults("POST /appresults/*/files n=1 delay=200ms");
  const file = await world.content("f", { memory });
  await file.write(0, Buffer.from(content(PART + 1)));
  await file.truncate(10);
  await expect.poll(() => world.sent("POST", /appresults\/\d+\/files$/)).toBe(1);
  // The response has come; now the part waits for memory, with ten bytes.
  await delay(50);
  await file.write(10, Buffer.from(content(2 * PART, "n")));
  release();
  await other;
  await expect.poll(parts).toBeGreaterThan(0);
  await file.finish(neverAborted);
  expect(await world.remote()).toEqual([`f=${content(10)}${content(2 * PART, "n")}`]);
});

describe("a write that lasts", () => {
  /** A file whose next write begins at once, and reaches the disk when it is let. */
  async function slow(): Promise<{ readonly one: Written; readonly let: () => void }> {
    let open: Promise<void> | undefined;
    let release = (): void => {};
    const withRoom = async <T>(work: () => Promise<T>): Promise<T> => {
      await open;
      return await work();
    };
    const one = { file: await world.content("f", { withRoom, sendsAhead: false }), text: "" };
    await put(one, 0, content(2 * PART));
    open = new Promise((resolve) => (release = resolve));
    return { one, let: () => release() };
  }

  test("while the file is finished without it leaves the file unfinished", async () => {
    const { one, let: go } = await slow();
    const before = one.text;
    const writing = put(one, PART - 2, "LATE");
    await one.file.finish(neverAborted);
    expect(await world.remote()).toEqual([`f=${before}`]);
    expect(one.file.isUnfinished).toBe(true);
    go();
    await writing;
    expect(one.file.isUnfinished).toBe(true);
    await one.file.finish(neverAborted);
    expect(await world.remote()).toEqual([`f=${before}`, `f=${one.text}`]);
  });

  test("while parts are sent without it makes them due again", async () => {
    const { one, let: go } = await slow();
    const writing = put(one, PART - 2, "LATE");
    world.emulator.addFaults("POST /files/* n=1 status=403");
    await expect(one.file.finish(neverAborted)).rejects.toMatchObject({ status: 403 });
    expect(parts()).toBe(2);
    go();
    await writing;
    await one.file.finish(neverAborted);
    expect(parts()).toBe(4);
    expect(await world.remote()).toEqual([`f=${one.text}`]);
  });
});
