import { beforeEach, describe, expect, it } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { BsmountError } from "../../src/core/errors.ts";
import type { FileVersion } from "../../src/read/flight.ts";
import { TimeOuts } from "../../src/read/time-outs.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { readBytes, TEST_BLOCK, testReading } from "../helpers/reading.ts";
import { contentBytes, describeContent, ScriptedSource } from "../helpers/scripted-source.ts";

const FILE = describeContent("f", 1000);
const timeout = expect.objectContaining({ reason: "timeout" });

describe("a time-out", () => {
  const scripted = { fail: "" as "" | "timeout" | "unavailable" };
  let clock: FakeClock;
  let source: ScriptedSource;

  beforeEach(() => {
    scripted.fail = "timeout";
    clock = new FakeClock();
    source = new ScriptedSource({
      onRequest: (open) => {
        if (scripted.fail === "") open.succeed();
        else open.fail(new BsmountError(scripted.fail, "no"));
      },
    });
  });

  it("is the error of later reads of the same block, and of no others", async () => {
    await using reading = testReading({ source, clock, blocks: 16 });
    const [a, b] = [reading.readers.open(FILE), reading.readers.open(FILE)];
    await expect(readBytes(a, 320, 5)).rejects.toEqual(timeout);
    scripted.fail = "";
    await expect(readBytes(b, 320, 5)).rejects.toEqual(timeout);
    await expect(readBytes(b, 320 - TEST_BLOCK, 2 * TEST_BLOCK)).rejects.toEqual(timeout);
    expect(source.requests).toHaveLength(1);
    expect(await readBytes(b, 640, 5)).toEqual(contentBytes("fone", 640, 5));
    expect(reading.parts.store.usage).toMatchObject({ pinned: 0, reserved: 0 });
  });

  it("is forgotten two seconds after it happened, however often it was served", async () => {
    await using reading = testReading({ source, clock, blocks: 16 });
    const reader = reading.readers.open(FILE);
    await expect(readBytes(reader, 320, 5)).rejects.toEqual(timeout);
    scripted.fail = "";
    for (let passed = 0; passed < 1900; passed += 100) {
      clock.advance(100);
      await expect(readBytes(reader, 320, 5)).rejects.toEqual(timeout);
    }
    clock.advance(100);
    expect(await readBytes(reader, 320, 5)).toEqual(contentBytes("fone", 320, 5));
  });

  it("of a caller's deadline is shared like one of the source", async () => {
    const hanging = new ScriptedSource({ onRequest: () => {} });
    await using reading = testReading({ source: hanging, clock, blocks: 16 });
    const reader = reading.readers.open(FILE);
    const deadline = new AbortController();
    const first = readBytes(reader, 320, 5, deadline.signal);
    deadline.abort(new BsmountError("timeout", "no response within 60000 ms"));
    await expect(first).rejects.toEqual(timeout);
    await expect(readBytes(reader, 320, 5)).rejects.toEqual(timeout);
    expect(hanging.requests).toHaveLength(1);
  });

  it("of one of two who wait is forgotten when the block comes after all", async () => {
    const hanging = new ScriptedSource({ onRequest: () => {} });
    await using reading = testReading({ source: hanging, clock, blocks: 16 });
    const reader = reading.readers.open(FILE);
    const deadline = new AbortController();
    const impatient = readBytes(reader, 320, 5, deadline.signal);
    const patient = readBytes(reader, 320, 5);
    deadline.abort(new BsmountError("timeout", "too late"));
    await expect(impatient).rejects.toEqual(timeout);
    hanging.open[0]?.succeed();
    const bytes = contentBytes("fone", 320, 5);
    expect(await patient).toEqual(bytes);
    expect(await readBytes(reader, 320, 5)).toEqual(bytes);
  });

  it("alone is shared: after another failure, and after a caller gave up, the source is asked", async () => {
    scripted.fail = "unavailable";
    await using reading = testReading({ source, clock, blocks: 16 });
    const reader = reading.readers.open(FILE);
    await expect(readBytes(reader, 320, 5)).rejects.toThrow("no");
    scripted.fail = "";
    expect(await readBytes(reader, 320, 5)).toEqual(contentBytes("fone", 320, 5));

    const hanging = new ScriptedSource({ onRequest: () => {} });
    await using other = testReading({ source: hanging, clock, blocks: 16 });
    const caller = new AbortController();
    const given = readBytes(other.readers.open(FILE), 320, 5, caller.signal);
    caller.abort(new DOMException("enough", "AbortError"));
    await expect(given).rejects.toThrow("enough");
    const again = readBytes(other.readers.open(FILE), 320, 5, neverAborted);
    expect(hanging.requests).toHaveLength(2);
    hanging.open.at(-1)?.succeed();
    expect(await again).toEqual(contentBytes("fone", 320, 5));
  });
});

describe("TimeOuts", () => {
  const content: FileVersion = {
    key: "f.1",
    description: FILE,
    fileBlocks: 63,
    flights: new Map(),
    storeVersion: undefined,
    isOutdated: false,
    readers: 1,
  };
  const other = { ...content, key: "g.1" };
  const error = new BsmountError("timeout", "no response");

  /** Blocks 0 to 9 that have just timed out. */
  function fresh(timeOuts: TimeOuts, of: FileVersion = content): number[] {
    return Array.from({ length: 10 }, (_, index) => index).filter(
      (index) => timeOuts.find(of, { start: index, end: index + 1 }) !== undefined,
    );
  }

  it("knows the blocks of each content, a read of more than which shares the time-out", () => {
    const timeOuts = new TimeOuts(new FakeClock());
    timeOuts.remember(content, [3, 4], error);
    timeOuts.remember(content, [7], error);
    expect([fresh(timeOuts), fresh(timeOuts, other)]).toEqual([[3, 4, 7], []]);
    expect(timeOuts.find(content, { start: 0, end: 4 })).toBeDefined();
    expect(timeOuts.find(content, { start: 0, end: 3 })).toBeUndefined();
    expect(timeOuts.find(content, { start: 5, end: 7 })).toBeUndefined();
  });

  it("forgets the blocks that came, and no others", () => {
    const timeOuts = new TimeOuts(new FakeClock());
    timeOuts.remember(content, [3, 4], error);
    timeOuts.forget(other, [3]);
    timeOuts.forget(content, [3, 5]);
    expect(fresh(timeOuts)).toEqual([4]);
    timeOuts.forget(content, [4]);
    expect(fresh(timeOuts)).toEqual([]);
  });

  it("keeps none alive when the clock is set back, and drops the old ones", () => {
    const clock = new FakeClock();
    const timeOuts = new TimeOuts(clock);
    timeOuts.remember(content, [3], error);
    clock.advance(-1);
    expect(fresh(timeOuts)).toEqual([]);
    clock.advance(1);
    expect(fresh(timeOuts)).toEqual([3]);
    clock.advance(3000);
    timeOuts.remember(content, [4], error);
    clock.advance(-2900);
    expect(fresh(timeOuts)).toEqual([]);
  });
});
