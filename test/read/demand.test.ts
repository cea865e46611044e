import { describe, expect, it } from "vitest";
import { Demand, type DemandHost } from "../../src/read/demand.ts";
import type { Content, Flight } from "../../src/read/flight.ts";
import { readBytes, testReading } from "../helpers/reading.ts";
import { contentBytes, describeContent, ScriptedSource } from "../helpers/scripted-source.ts";

const FILE = describeContent("f", 1000);
const content: Content = {
  key: "f.1",
  description: FILE,
  fileBlocks: 63,
  flights: new Map(),
  pinned: undefined,
  changed: false,
  readers: 1,
};

/** A demand for blocks 3 to 5 over a store of `blocks`; `said` tells what its host was told. */
function demandOver(blocks: readonly number[]): {
  demand: Demand;
  said: string[];
  gaveUp: AbortController;
} {
  const said: string[] = [];
  const gaveUp = new AbortController();
  const host: DemandHost = {
    hold: (_key, index) =>
      blocks.includes(index)
        ? { bytes: new Uint8Array([index]), release: () => void said.push(`release ${index}`) }
        : undefined,
    leave: (flight) => void said.push(`leave ${flight.start}`),
    gaveUp: () => void said.push("gave up"),
    retry: () => void said.push("retry"),
    settled: () => void said.push("settled"),
    freed: () => void said.push("freed"),
  };
  const request = { content, span: { start: 3, end: 6 }, lookahead: 0 };
  const demand = new Demand(request, host, gaveUp.signal);
  demand.result.catch(() => {});
  return { demand, said, gaveUp };
}

function flight(start: number, length: number, aheadBlocks = 0): Flight {
  const memory = Array.from({ length }, () => ({ bytes: new Uint8Array(1) }));
  const parties = { waiters: new Set<never>(), cursors: new Set<never>() };
  return { content, start, memory, aheadBlocks, ...parties, controller: new AbortController() };
}

describe("a demand", () => {
  it("has its blocks in order, whatever order they came in", async () => {
    const { demand, said } = demandOver([2, 3, 4, 5, 6]);
    const [first, last] = [flight(2, 2), flight(5, 2)];
    demand.waitFor(first);
    demand.waitFor(last);
    expect(demand.hold(4)).toBe(true);
    demand.landed(last);
    expect(demand.missing()).toEqual([3]);
    demand.landed(first);
    expect((await demand.result).map(({ bytes }) => bytes[0])).toEqual([3, 4, 5]);
    expect(said).toEqual(["settled"]);
  });

  it("misses what it has no hold of", () => {
    const { demand } = demandOver([4]);
    expect([demand.hold(3), demand.hold(4)]).toEqual([false, true]);
    expect(demand.missing()).toEqual([3, 5]);
  });

  it("fails once, and lets go of everything", async () => {
    const { demand, said, gaveUp } = demandOver([4]);
    demand.hold(4);
    demand.waitFor(flight(5, 1));
    demand.fail(new Error("first"));
    demand.fail(new Error("second"));
    demand.finishIfComplete();
    gaveUp.abort();
    await expect(demand.result).rejects.toThrow("first");
    expect(said).toEqual(["release 4", "leave 5", "settled", "freed"]);
  });

  it("that was answered neither fails nor gives up any more", async () => {
    const { demand, said, gaveUp } = demandOver([3, 4, 5]);
    for (const index of [3, 4, 5]) demand.hold(index);
    demand.finishIfComplete();
    demand.finishIfComplete();
    demand.fail(new Error("too late"));
    gaveUp.abort();
    expect(await demand.result).toHaveLength(3);
    expect(said).toEqual(["settled"]);
  });

  it("says so when its reader gives up, before it fails", async () => {
    const { demand, said, gaveUp } = demandOver([]);
    gaveUp.abort(new Error("enough"));
    await expect(demand.result).rejects.toThrow("enough");
    expect(said).toEqual(["gave up", "settled", "freed"]);
  });

  it("is planned anew when read-ahead that it joined fails, three times in all", async () => {
    const { demand, said } = demandOver([4]);
    for (const attempt of [1, 2, 3]) {
      expect(demand.attempt).toBe(attempt);
      demand.hold(4);
      const ahead = flight(5, 1, 1);
      demand.waitFor(ahead);
      demand.failed(ahead, new Error("503"));
    }
    await expect(demand.result).rejects.toThrow("503");
    const retries = ["release 4", "retry", "release 4", "retry"];
    expect(said).toEqual([...retries, "release 4", "settled", "freed"]);
  });

  it("fails at once with a request of its own, and when the content has changed", async () => {
    const own = demandOver([]);
    own.demand.failed(flight(3, 2, 1), new Error("503"));
    await expect(own.demand.result).rejects.toThrow("503");
    expect(own.said).not.toContain("retry");
  });

  it("fails rather than to answer without a block", async () => {
    const { demand } = demandOver([3, 4]);
    const all = flight(3, 3);
    demand.waitFor(all);
    demand.landed(all);
    await expect(demand.result).rejects.toThrow("a block was evicted while a reader waited for it");
  });
});

describe("a read of blocks of which some are there", () => {
  it("asks for the others only, and puts all of them in their places", async () => {
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

  it("is right when the later of two requests is answered first", async () => {
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
