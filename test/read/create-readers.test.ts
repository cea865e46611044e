import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { BsmountError } from "../../src/core/errors.ts";
import { blocks } from "../../src/core/telemetry.ts";
import { createReaders } from "../../src/read/create-readers.ts";
import { readBytes, TEST_BLOCK, testReading } from "../helpers/reading.ts";
import { contentBytes, describeContent, ScriptedSource } from "../helpers/scripted-source.ts";

const FILE = describeContent("f", 1000);
const hold = (): void => {};

function reason(expected: string): unknown {
  return expect.objectContaining({ reason: expected });
}

function spans(source: ScriptedSource): string[] {
  return source.requests.map(({ range }) => `${range.start}-${range.end}`);
}

describe("createReaders", () => {
  it("returns the source's bytes, at any offset, across blocks", async () => {
    await using reading = testReading({ source: new ScriptedSource(), blocks: 16 });
    const reader = reading.readers.open(FILE);
    for (const [offset, length] of [
      [0, 10],
      [15, 2],
      [30, 40],
      [500, 16],
      [7, 200],
    ] as const) {
      expect(await readBytes(reader, offset, length)).toEqual(contentBytes("fone", offset, length));
    }
  });

  it("returns fewer bytes at the end of the file and with none behind it", async () => {
    await using reading = testReading({ source: new ScriptedSource(), blocks: 16 });
    const reader = reading.readers.open(FILE);
    expect(await readBytes(reader, 990, 100)).toEqual(contentBytes("fone", 990, 10));
    expect(reader.read(1000, new Uint8Array(8), neverAborted)).toBe(0);
    expect(reader.read(5000, new Uint8Array(8), neverAborted)).toBe(0);
    expect(reader.read(0, new Uint8Array(0), neverAborted)).toBe(0);
    const empty = reading.readers.open(describeContent("empty", 0));
    expect(empty.read(0, new Uint8Array(8), neverAborted)).toBe(0);
  });

  it("reads beyond 4 GiB", async () => {
    await using reading = testReading({ source: new ScriptedSource(), blocks: 16 });
    const reader = reading.readers.open(describeContent("f", 2 ** 33));
    const offset = 2 ** 32 + 5;
    expect(await readBytes(reader, offset, 40)).toEqual(contentBytes("fone", offset, 40));
  });

  it("returns a number, at once, when the cache has everything", async () => {
    await using reading = testReading({ source: new ScriptedSource(), blocks: 16 });
    const reader = reading.readers.open(FILE);
    const into = new Uint8Array(40);
    expect(reader.read(100, into, neverAborted)).toBeInstanceOf(Promise);
    await readBytes(reader, 100, 40);
    expect(reader.read(100, into, neverAborted)).toBe(40);
    expect(into).toEqual(contentBytes("fone", 100, 40));
  });

  it("reads more than the cache holds, in pieces", async () => {
    await using reading = testReading({ source: new ScriptedSource(), blocks: 8 });
    const reader = reading.readers.open(FILE);
    expect(await readBytes(reader, 3, 900)).toEqual(contentBytes("fone", 3, 900));
  });

  it("makes one large read several requests at the same time", async () => {
    const source = new ScriptedSource();
    const tuning = { minRequestBlocks: 1 };
    await using reading = testReading({ source, blocks: 64, maxRequests: 4, tuning });
    await readBytes(reading.readers.open(FILE), 100 * 4, 16 * TEST_BLOCK);
    expect(spans(source)).toEqual(["400-464", "464-528", "528-592", "592-656"]);
    expect(source.mostOpen).toBe(4);
  });

  it("makes one request for several readers of a block", async () => {
    const source = new ScriptedSource();
    await using reading = testReading({ source, blocks: 16 });
    const [a, b] = [reading.readers.open(FILE), reading.readers.open(FILE)];
    const results = await Promise.all([readBytes(a, 320, 16), readBytes(b, 325, 4)]);
    expect(results).toEqual([contentBytes("fone", 320, 16), contentBytes("fone", 325, 4)]);
    expect(source.requests).toHaveLength(1);
  });

  it("continues a shared request while one of its readers still waits", async () => {
    const source = new ScriptedSource({ onRequest: hold });
    await using reading = testReading({ source, blocks: 16 });
    const [a, b] = [reading.readers.open(FILE), reading.readers.open(FILE)];
    const gaveUp = new AbortController();
    const first = readBytes(a, 320, 5, gaveUp.signal);
    const second = readBytes(b, 320, 5);
    gaveUp.abort(new BsmountError("timeout", "too late"));
    await expect(first).rejects.toEqual(reason("timeout"));
    source.open[0]?.succeed();
    expect(await second).toEqual(contentBytes("fone", 320, 5));
  });

  it("has a landed block for each of its readers although others wait for its memory", async () => {
    const source = new ScriptedSource({ onRequest: hold });
    await using reading = testReading({ source, blocks: 8 });
    // The first request brings one block more, which the second reader waits for; the last finds no room.
    const places = [
      [203, 16],
      [230, 4],
      [408, 20],
      [608, 20],
      [808, 20],
    ] as const;
    const reads = places.map(([at, length]) => readBytes(reading.readers.open(FILE), at, length));
    expect(spans(source)).toEqual(["192-240", "400-432", "608-640"]);
    source.open[0]?.succeed();
    expect(await reads[0]).toEqual(contentBytes("fone", 203, 16));
    expect(await reads[1]).toEqual(contentBytes("fone", 230, 4));
    while (source.open.length > 0) {
      for (const open of source.open) open.succeed();
      await nextTurn();
    }
    expect(await reads[4]).toEqual(contentBytes("fone", 808, 20));
  });

  it("aborts a request when its last reader gives up, and asks again for the next", async () => {
    const source = new ScriptedSource({ onRequest: hold });
    await using reading = testReading({ source, blocks: 16 });
    const reader = reading.readers.open(FILE);
    const gaveUp = new AbortController();
    const first = readBytes(reader, 320, 5, gaveUp.signal);
    const signal = source.open[0]?.signal;
    gaveUp.abort(new BsmountError("aborted", "interrupted"));
    await expect(first).rejects.toEqual(reason("aborted"));
    expect(signal?.aborted).toBe(true);
    const second = readBytes(reader, 320, 5);
    await nextTurn();
    source.open[0]?.succeed();
    expect(await second).toEqual(contentBytes("fone", 320, 5));
  });

  it("does not start for a signal that has aborted", async () => {
    const source = new ScriptedSource();
    await using reading = testReading({ source, blocks: 16 });
    const reader = reading.readers.open(FILE);
    const why = new BsmountError("aborted", "gone");
    expect(() => reader.read(0, new Uint8Array(4), AbortSignal.abort(why))).toThrow(why);
    expect(source.requests).toHaveLength(0);
  });

  it("writes to the buffer only right before it returns", async () => {
    const source = new ScriptedSource({ onRequest: hold });
    await using reading = testReading({ source, blocks: 16 });
    const reader = reading.readers.open(FILE);
    const into = new Uint8Array(30);
    const result = reader.read(330, into, neverAborted);
    source.open[0]?.succeed();
    expect(into.every((byte) => byte === 0)).toBe(true);
    expect(await result).toBe(30);
    expect(into).toEqual(contentBytes("fone", 330, 30));
  });

  it("rejects, and nothing else, when the buffer was taken back meanwhile", async () => {
    const source = new ScriptedSource({ onRequest: hold });
    await using reading = testReading({ source, blocks: 16 });
    const into = new Uint8Array(30);
    const result = reading.readers.open(FILE).read(330, into, neverAborted);
    structuredClone(into.buffer, { transfer: [into.buffer] });
    source.open[0]?.succeed();
    await expect(result).rejects.toEqual(reason("aborted"));
    expect(reading.parts.store.usage).toMatchObject({ pinned: 0, reserved: 0 });
  });

  it("passes a failure to the reader and tries again at the next read", async () => {
    const source = new ScriptedSource({ onRequest: hold });
    await using reading = testReading({ source, blocks: 16 });
    const reader = reading.readers.open(FILE);
    const first = readBytes(reader, 320, 5);
    source.open[0]?.fail(new BsmountError("unavailable", "503, after retries"));
    await expect(first).rejects.toEqual(reason("unavailable"));
    const second = readBytes(reader, 320, 5);
    source.open[0]?.succeed();
    expect(await second).toEqual(contentBytes("fone", 320, 5));
  });

  it("refuses reads after close and at impossible offsets", async () => {
    await using reading = testReading({ source: new ScriptedSource(), blocks: 16 });
    const reader = reading.readers.open(FILE);
    const into = new Uint8Array(4);
    for (const offset of [-1, 0.5, Number.NaN, 2 ** 60]) {
      expect(() => reader.read(offset, into, neverAborted)).toThrow(reason("invalid"));
    }
    reader.close();
    reader.close();
    expect(() => reader.read(0, into, neverAborted)).toThrow(reason("bad-handle"));
  });

  it("refuses a cache too small for reading", () => {
    const options = { source: new ScriptedSource(), memoryBytes: 1000 };
    expect(() => createReaders(options)).toThrow(/too small/);
  });

  it("publishes hits, misses, and shared, prefetched and wasted blocks", async () => {
    const counts: Record<string, number> = {};
    const stop = blocks.subscribe(({ outcome, blocks: count }) => {
      counts[outcome] = (counts[outcome] ?? 0) + count;
    });
    await using reading = testReading({ source: new ScriptedSource(), blocks: 8 });
    const reader = reading.readers.open(FILE);
    await Promise.all([readBytes(reader, 320, 32), readBytes(reader, 330, 2)]);
    await readBytes(reader, 320, 32);
    await readBytes(reader, 640, 16);
    for (const offset of [0, 96, 176, 816, 496, 720, 928]) await readBytes(reader, offset, 8);
    stop();
    expect(counts).toEqual({ hit: 2, miss: 10, shared: 1, prefetch: 1, wasted: 1 });
  });
});
