import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { BsmountError } from "../../src/core/errors.ts";
import { readBytes, TEST_BLOCK, testReading, type TestReading } from "../helpers/reading.ts";
import { contentBytes, describeContent, ScriptedSource } from "../helpers/scripted-source.ts";

const FILE = describeContent("f", 16_384);

async function stream(reading: TestReading, from: number, to: number): Promise<number> {
  const reader = reading.readers.open(FILE);
  let atOnce = 0;
  for (let offset = from; offset < to; offset += TEST_BLOCK) {
    const into = new Uint8Array(TEST_BLOCK);
    const result = reader.read(offset, into, AbortSignal.timeout(5000));
    if (typeof result === "number") atOnce += 1;
    await result;
    expect(into).toEqual(contentBytes("fone", offset, TEST_BLOCK));
    await nextTurn();
    await nextTurn();
  }
  return atOnce;
}

describe("read-ahead", () => {
  it("has most of a stream's blocks there before they are read, each fetched once", async () => {
    const source = new ScriptedSource();
    await using reading = testReading({ source, blocks: 64 });
    const atOnce = await stream(reading, 0, FILE.sizeBytes);
    expect(atOnce).toBeGreaterThan(900);
    expect(source.bytesRequested).toBe(FILE.sizeBytes);
    expect(source.requests.length).toBeLessThan(300);
  });

  it("fetches for a single round trip when a random read comes as two of the kernel's requests", async () => {
    const source = new ScriptedSource();
    await using reading = testReading({ source, blocks: 64 });
    const reader = reading.readers.open(FILE);
    for (const offset of [1003, 3011, 2005, 333]) {
      source.requests.length = 0;
      await readBytes(reader, offset, TEST_BLOCK);
      const into = new Uint8Array(TEST_BLOCK);
      expect(reader.read(offset + TEST_BLOCK, into, AbortSignal.timeout(5000))).toBe(TEST_BLOCK);
      expect(into).toEqual(contentBytes("fone", offset + TEST_BLOCK, TEST_BLOCK));
      expect(source.requests).toHaveLength(1);
      expect(source.bytesRequested).toBe(3 * TEST_BLOCK);
    }
  });

  it("fetches nothing ahead for small random reads", async () => {
    const source = new ScriptedSource();
    await using reading = testReading({ source, blocks: 64 });
    const reader = reading.readers.open(FILE);
    for (const offset of [1000, 3008, 2000, 400, 3600]) await readBytes(reader, offset, 4);
    expect(source.bytesRequested).toBe(5 * TEST_BLOCK);
  });

  it("brings a small file whole with its first bytes", async () => {
    const source = new ScriptedSource();
    await using reading = testReading({ source, blocks: 64, tuning: { smallFileBlocks: 4 } });
    await readBytes(reading.readers.open(describeContent("small", 50)), 0, 3);
    expect(source.requests.map(({ range }) => range)).toEqual([{ start: 0, end: 50 }]);
  });

  it("stays within its half of a small memory", async () => {
    const source = new ScriptedSource({ onRequest: () => {} });
    await using reading = testReading({ source, blocks: 16 });
    const reader = reading.readers.open(FILE);
    const read = readBytes(reader, 0, TEST_BLOCK);
    expect(reading.parts.fetcher.aheadBlocks).toBeGreaterThan(0);
    expect(reading.parts.fetcher.aheadBlocks).toBeLessThanOrEqual(8);
    reader.close();
    source.open[0]?.succeed();
    await read;
  });

  it("fails no reader: what could not be fetched ahead is fetched on demand", async () => {
    const source: ScriptedSource = new ScriptedSource({
      onRequest: (open) =>
        void setImmediate(() => {
          const refused = source.requests.length % 2 === 0 && open.request.into.length > 1;
          if (refused) open.fail(new BsmountError("unavailable", "503"));
          else open.succeed();
        }),
    });
    await using reading = testReading({ source, blocks: 64, tuning: { minRequestBlocks: 2 } });
    await stream(reading, 0, 2048);
  });

  it("lets a reader that waits for failed read-ahead fetch for itself", async () => {
    const source = new ScriptedSource({ onRequest: () => {} });
    await using reading = testReading({ source, blocks: 64 });
    const reader = reading.readers.open(FILE);
    const first = readBytes(reader, 0, TEST_BLOCK);
    const second = readBytes(reader, TEST_BLOCK, TEST_BLOCK);
    expect(source.open.map(({ request }) => request.range.start)).toEqual([0, 16, 80]);
    source.open[1]?.fail(new BsmountError("unavailable", "503"));
    await nextTurn();
    for (const open of source.open) open.succeed();
    await first;
    expect(await second).toEqual(contentBytes("fone", TEST_BLOCK, TEST_BLOCK));
  });

  it("ends when its reader closes, unless another reader waits for the same blocks", async () => {
    const source = new ScriptedSource({ onRequest: () => {} });
    await using reading = testReading({ source, blocks: 64 });
    const [streaming, other] = [reading.readers.open(FILE), reading.readers.open(FILE)];
    const first = readBytes(streaming, 0, TEST_BLOCK);
    const shared = readBytes(other, 90, 4);
    const [demanded, ahead, awaited] = [...source.open];
    streaming.close();
    expect([demanded, ahead, awaited].map((open) => open?.signal.aborted)).toEqual([
      false,
      true,
      false,
    ]);
    demanded?.succeed();
    awaited?.succeed();
    expect(await first).toHaveLength(TEST_BLOCK);
    expect(await shared).toEqual(contentBytes("fone", 90, 4));
  });

  it("follows four readers far apart in one file and fetches little more than they read", async () => {
    const source = new ScriptedSource();
    await using reading = testReading({ source, blocks: 64 });
    const quarter = FILE.sizeBytes / 4;
    await Promise.all([0, 1, 2, 3].map((n) => stream(reading, n * quarter, (n + 1) * quarter)));
    expect(source.bytesRequested / FILE.sizeBytes).toBeLessThanOrEqual(1.1);
  });

  it("lets a random reader go before what is queued ahead for others", async () => {
    const source = new ScriptedSource({ onRequest: () => {} });
    await using reading = testReading({ source, blocks: 64, maxRequests: 1 });
    const streaming = readBytes(reading.readers.open(FILE), 0, TEST_BLOCK);
    const random = readBytes(reading.readers.open(FILE), 3000, 4);
    expect(source.open.map(({ request }) => request.range.start)).toEqual([0, 2992]);
    for (const open of source.open) open.succeed();
    await Promise.all([streaming, random]);
  });
});
