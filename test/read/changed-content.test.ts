import { describe, expect, it } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { BsmountError } from "../../src/core/errors.ts";
import { readBytes, testReading } from "../helpers/reading.ts";
import { contentBytes, describeContent, ScriptedSource } from "../helpers/scripted-source.ts";

const FILE = describeContent("f", 1000);
const changed = expect.objectContaining({ reason: "changed" });

describe("content that changes at the store", () => {
  it("is pinned to the version of the first response, for all readers and after they closed", async () => {
    const source = new ScriptedSource();
    await using reading = testReading({ source, blocks: 16 });
    const first = reading.readers.open(FILE);
    await readBytes(first, 320, 5);
    first.close();
    await readBytes(reading.readers.open(FILE), 640, 5);
    expect(source.requests.map(({ expected }) => expected)).toEqual([undefined, { etag: "one" }]);
  });

  it("fails for every reader that has it open, also for bytes that were cached", async () => {
    const source = new ScriptedSource();
    await using reading = testReading({ source, blocks: 16 });
    const [a, b] = [reading.readers.open(FILE), reading.readers.open(FILE)];
    await readBytes(a, 320, 5);
    source.version = { etag: "two" };
    await expect(readBytes(b, 640, 5)).rejects.toEqual(changed);
    expect(() => a.read(320, new Uint8Array(5), neverAborted)).toThrow("has changed");
    expect(reading.parts.store.usage).toMatchObject({ cached: 0, pinned: 0, reserved: 0 });
  });

  it("[R3] is read again after the next open, whose readers never see the old bytes", async () => {
    const source = new ScriptedSource();
    await using reading = testReading({ source, blocks: 16 });
    const old = reading.readers.open(FILE);
    await readBytes(old, 320, 5);
    source.version = { etag: "two" };
    await expect(readBytes(old, 640, 5)).rejects.toEqual(changed);
    const fresh = reading.readers.open(FILE);
    expect(await readBytes(fresh, 320, 5)).toEqual(contentBytes("ftwo", 320, 5));
    await expect(async () => readBytes(old, 320, 5)).rejects.toEqual(changed);
    old.close();
    expect(await readBytes(fresh, 640, 5)).toEqual(contentBytes("ftwo", 640, 5));
  });

  it("[R3] is not read from a store that has no versions, but for what comes in one response", async () => {
    const source = new ScriptedSource();
    source.version = { etag: undefined };
    await using reading = testReading({ source, blocks: 16 });
    await expect(readBytes(reading.readers.open(FILE), 320, 5)).rejects.toMatchObject({
      reason: "unavailable",
      message: expect.stringContaining("sends no ETag"),
    });
    const small = reading.readers.open(describeContent("s", 16));
    expect(await readBytes(small, 0, 16)).toEqual(contentBytes("sundefined", 0, 16));
  });

  it("counts as changed when the source says so", async () => {
    const source = new ScriptedSource({
      onRequest: (open) => open.fail(new BsmountError("changed", "412")),
    });
    await using reading = testReading({ source, blocks: 16 });
    const reader = reading.readers.open(FILE);
    await expect(readBytes(reader, 320, 5)).rejects.toEqual(changed);
    await expect(async () => readBytes(reader, 0, 5)).rejects.toEqual(changed);
    expect(source.requests).toHaveLength(1);
  });

  it("[R3] never mixes two versions in one read that took several requests", async () => {
    let responses = 0;
    const source: ScriptedSource = new ScriptedSource({
      onRequest: (open) => {
        responses += 1;
        source.version = { etag: responses === 1 ? "one" : "two" };
        open.succeed();
      },
    });
    const tuning = { minRequestBlocks: 1, maxRequestBlocks: 2 };
    await using reading = testReading({ source, blocks: 64, tuning });
    await expect(readBytes(reading.readers.open(FILE), 160, 128)).rejects.toEqual(changed);
  });

  it("shares nothing between two versions that differ in the catalog", async () => {
    const source = new ScriptedSource();
    await using reading = testReading({ source, blocks: 16 });
    const before = reading.readers.open(FILE);
    await readBytes(before, 320, 5);
    source.version = { etag: "two" };
    const after = reading.readers.open(describeContent("f", 1000, "two"));
    expect(await readBytes(after, 320, 5)).toEqual(contentBytes("ftwo", 320, 5));
    expect(await readBytes(before, 320, 5)).toEqual(contentBytes("fone", 320, 5));
  });

  it("is forgotten once it is not open and none of its blocks is cached", async () => {
    await using reading = testReading({ source: new ScriptedSource(), blocks: 8 });
    for (let n = 0; n < 50; n += 1) {
      const reader = reading.readers.open(describeContent(`file${n}`, 100));
      await readBytes(reader, 0, 100);
      reader.close();
    }
    expect(reading.parts.versions.size).toBeLessThanOrEqual(8);
    reading.readers.open(describeContent("never read", 100)).close();
    expect(reading.parts.versions.size).toBeLessThanOrEqual(8);
  });
});
