import { beforeEach, describe, expect, it } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { BsmountError } from "../../src/core/errors.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { readBytes, TEST_BLOCK, testReading } from "../helpers/reading.ts";
import { contentBytes, describeContent, ScriptedSource } from "../helpers/scripted-source.ts";

const FILE = describeContent("f", 1000);
const timeout = expect.objectContaining({ reason: "timeout" });

describe("a time-out", () => {
  const answers = { fail: "" as "" | "timeout" | "unavailable" };
  let clock: FakeClock;
  let source: ScriptedSource;

  beforeEach(() => {
    answers.fail = "timeout";
    clock = new FakeClock();
    source = new ScriptedSource({
      onRequest: (open) => {
        if (answers.fail === "") open.succeed();
        else open.fail(new BsmountError(answers.fail, "no"));
      },
    });
  });

  it("is shared by who asks for the same block right after, and by nobody else", async () => {
    await using reading = testReading({ source, clock, blocks: 16 });
    const [a, b] = [reading.readers.open(FILE), reading.readers.open(FILE)];
    await expect(readBytes(a, 320, 5)).rejects.toEqual(timeout);
    answers.fail = "";
    await expect(readBytes(b, 320, 5)).rejects.toEqual(timeout);
    await expect(readBytes(b, 320 - TEST_BLOCK, 2 * TEST_BLOCK)).rejects.toEqual(timeout);
    expect(source.requests).toHaveLength(1);
    expect(await readBytes(b, 640, 5)).toEqual(contentBytes("fone", 640, 5));
    expect(reading.parts.store.usage).toMatchObject({ held: 0, reserved: 0 });
  });

  it("is forgotten two seconds after it happened, however often it was served", async () => {
    await using reading = testReading({ source, clock, blocks: 16 });
    const reader = reading.readers.open(FILE);
    await expect(readBytes(reader, 320, 5)).rejects.toEqual(timeout);
    answers.fail = "";
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
    deadline.abort(new BsmountError("timeout", "no answer within 60000 ms"));
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
    answers.fail = "unavailable";
    await using reading = testReading({ source, clock, blocks: 16 });
    const reader = reading.readers.open(FILE);
    await expect(readBytes(reader, 320, 5)).rejects.toThrow("no");
    answers.fail = "";
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
