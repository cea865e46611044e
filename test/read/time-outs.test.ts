import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { BsmountError } from "../../src/core/errors.ts";
import type { FileId } from "../../src/core/ids.ts";
import { BaseSpace } from "../../src/api/client.ts";
import { createReaders } from "../../src/read/create-readers.ts";
import type { Reader } from "../../src/read/reader.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { readBytes, TEST_BLOCK, testReading } from "../helpers/reading.ts";
import { contentBytes, describeContent, ScriptedSource } from "../helpers/scripted-source.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { silent, StoreServer } from "../helpers/store-server.ts";

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

describe("[E3] a store that takes connections and never answers", () => {
  const DEADLINE_MS = 1000;
  const DATA = Buffer.alloc(100_000, "bsmount ");
  let store: StoreServer;
  let emulator: TestEmulator;
  let client: BaseSpace;

  beforeEach(async () => {
    store = await StoreServer.start(DATA);
    const file = { path: "f", id: "77", content: { base64: DATA.toString("base64") } };
    emulator = await startTestEmulator(
      { projects: [{ name: "p", appResults: [{ name: "r", files: [file] }] }] },
      { objectStoreUrl: store.link("/").origin },
    );
    client = new BaseSpace({ ...emulator, environment: {} });
    store.next(...Array.from({ length: 100 }, () => silent));
  });
  afterEach(async () => {
    await client.close();
    await emulator.close();
    await store[Symbol.asyncDispose]();
  });

  async function attempt(reader: Reader): Promise<string> {
    try {
      const bytes = await readBytes(reader, 0, 4096, AbortSignal.timeout(DEADLINE_MS));
      return bytes.every((byte, at) => byte === DATA[at]) ? "right" : "wrong";
    } catch (error) {
      return error instanceof Error ? error.name : "";
    }
  }

  it("lets ten readers that stand in line for one page wait for one deadline together", async () => {
    await using readers = createReaders({ source: client.content, memoryBytes: 2 * 1024 * 1024 });
    const content = { fileId: "77" as FileId, sizeBytes: DATA.length, version: "1" };
    const begun = performance.now();
    const all = Array.from({ length: 10 }, () => readers.open(content));
    // The kernel holds the page for one reader at a time, and asks a second time for each.
    for (const reader of all) {
      expect(await attempt(reader)).toMatch(/TimeoutError|BsmountError/);
      expect(await attempt(reader)).toBe("BsmountError");
    }
    expect(performance.now() - begun).toBeLessThan(DEADLINE_MS + 1500);

    store.reset();
    const revived = performance.now();
    const [reader] = all;
    if (reader === undefined) throw new Error("there is no reader");
    await expect.poll(async () => await attempt(reader), { timeout: 5000 }).toBe("right");
    expect(performance.now() - revived).toBeLessThan(2500);
  });
});
