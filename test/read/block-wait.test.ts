import { describe, expect, it } from "vitest";
import { BlockWait, type BlockWaitHost } from "../../src/read/block-wait.ts";
import type { FileVersion, Flight } from "../../src/read/flight.ts";
import { readBytes, testReading } from "../helpers/reading.ts";
import { contentBytes, describeContent, ScriptedSource } from "../helpers/scripted-source.ts";

const FILE = describeContent("f", 1000);
const version: FileVersion = {
  key: "f.1",
  description: FILE,
  fileBlocks: 63,
  flights: new Map(),
  storeVersion: undefined,
  isOutdated: false,
  readers: 1,
};

/** A wait for blocks 3 to 5 over a store of `blocks`; `calls` records the calls of its host. */
function waitOver(blocks: readonly number[]): {
  wait: BlockWait;
  calls: string[];
  gaveUp: AbortController;
} {
  const calls: string[] = [];
  const gaveUp = new AbortController();
  const host: BlockWaitHost = {
    pin: (_key, index) =>
      blocks.includes(index)
        ? { bytes: new Uint8Array([index]), unpin: () => void calls.push(`release ${index}`) }
        : undefined,
    leave: (flight) => void calls.push(`leave ${flight.start}`),
    gaveUp: () => void calls.push("gave up"),
    retry: () => void calls.push("retry"),
    settled: () => void calls.push("settled"),
    freed: () => void calls.push("freed"),
  };
  const request = { version, span: { start: 3, end: 6 }, lookahead: 0 };
  const wait = new BlockWait(request, host, gaveUp.signal);
  wait.result.catch(() => {});
  return { wait, calls, gaveUp };
}

function flight(start: number, length: number, aheadBlocks = 0): Flight {
  const memory = Array.from({ length }, () => ({ bytes: new Uint8Array(1) }));
  const parties = { waiters: new Set<never>(), cursors: new Set<never>() };
  return { version, start, memory, aheadBlocks, ...parties, controller: new AbortController() };
}

describe("BlockWait", () => {
  it("returns its blocks in order, in whatever order they arrived", async () => {
    const { wait, calls } = waitOver([2, 3, 4, 5, 6]);
    const [first, last] = [flight(2, 2), flight(5, 2)];
    wait.waitFor(first);
    wait.waitFor(last);
    expect(wait.pin(4)).toBe(true);
    wait.landed(last);
    expect(wait.missing()).toEqual([3]);
    wait.landed(first);
    expect((await wait.result).map(({ bytes }) => bytes[0])).toEqual([3, 4, 5]);
    expect(calls).toEqual(["settled"]);
  });

  it("is missing the blocks that are not pinned", () => {
    const { wait } = waitOver([4]);
    expect([wait.pin(3), wait.pin(4)]).toEqual([false, true]);
    expect(wait.missing()).toEqual([3, 5]);
  });

  it("fails once, and unpins everything", async () => {
    const { wait, calls, gaveUp } = waitOver([4]);
    wait.pin(4);
    wait.waitFor(flight(5, 1));
    wait.fail(new Error("first"));
    wait.fail(new Error("second"));
    wait.resolveIfComplete();
    gaveUp.abort();
    await expect(wait.result).rejects.toThrow("first");
    expect(calls).toEqual(["release 4", "leave 5", "settled", "freed"]);
  });

  it("neither fails nor gives up after it was resolved", async () => {
    const { wait, calls, gaveUp } = waitOver([3, 4, 5]);
    for (const index of [3, 4, 5]) wait.pin(index);
    wait.resolveIfComplete();
    wait.resolveIfComplete();
    wait.fail(new Error("too late"));
    gaveUp.abort();
    expect(await wait.result).toHaveLength(3);
    expect(calls).toEqual(["settled"]);
  });

  it("reports that its reader gave up before it fails", async () => {
    const { wait, calls, gaveUp } = waitOver([]);
    gaveUp.abort(new Error("enough"));
    await expect(wait.result).rejects.toThrow("enough");
    expect(calls).toEqual(["gave up", "settled", "freed"]);
  });

  it("is planned again when a read-ahead that it joined fails, at most three times", async () => {
    const { wait, calls } = waitOver([4]);
    for (const attempt of [1, 2, 3]) {
      expect(wait.attempt).toBe(attempt);
      wait.pin(4);
      const ahead = flight(5, 1, 1);
      wait.waitFor(ahead);
      wait.failed(ahead, new Error("503"));
    }
    await expect(wait.result).rejects.toThrow("503");
    const retries = ["release 4", "retry", "release 4", "retry"];
    expect(calls).toEqual([...retries, "release 4", "settled", "freed"]);
  });

  it("fails at once if its own request fails, or if the version is outdated", async () => {
    const own = waitOver([]);
    own.wait.failed(flight(3, 2, 1), new Error("503"));
    await expect(own.wait.result).rejects.toThrow("503");
    expect(own.calls).not.toContain("retry");
  });

  it("fails instead of returning without a block", async () => {
    const { wait } = waitOver([3, 4]);
    const all = flight(3, 3);
    wait.waitFor(all);
    wait.landed(all);
    await expect(wait.result).rejects.toThrow("a block was evicted while a reader waited for it");
  });
});

describe("a read of blocks of which some are there", () => {
  it("requests only missing blocks, and returns all blocks in order", async () => {
    const source = new ScriptedSource();
    await using reading = testReading({ source, blocks: 32 });
    const reader = reading.readers.open(FILE);
    await readBytes(reader, 336, 3);
    await readBytes(reader, 400, 3);
    expect(await readBytes(reader, 320, 96)).toEqual(contentBytes("fone", 320, 96));
    // What the pattern reads ahead comes behind, and is another matter.
    const asked = source.requests.map(({ range }) => `${range.start}-${range.end}`);
    expect(asked.slice(2).filter((range) => range.startsWith("3"))).toEqual(["320-336", "352-400"]);
    expect(asked.filter((range) => range.startsWith("400-"))).toHaveLength(1);
  });

  it("returns the right bytes when the second of two requests ends first", async () => {
    const source = new ScriptedSource({ onRequest: () => {} });
    const tuning = { minRequestBlocks: 1 };
    await using reading = testReading({ source, blocks: 64, maxRequests: 2, tuning });
    const read = readBytes(reading.readers.open(FILE), 330, 100);
    expect(source.open.length).toBeGreaterThan(1);
    for (const open of [...source.open].toReversed()) {
      open.succeed();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await read).toEqual(contentBytes("fone", 330, 100));
  });
});
