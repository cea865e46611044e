import { describe, expect, test } from "vitest";
import {
  type Finished,
  isLagging,
  type Lately,
  windowOf,
} from "../../../../src/api/transport/pace/lagging.ts";

const MIB = 1024 * 1024;

/** Crawls at 1 KB/s through the first window of 16 MiB. */
const crawling: Lately = {
  askedAgain: 0,
  elapsedMs: 5000,
  movedBytes: 5000,
  leftBytes: 16 * MIB,
  windowMs: 5000,
  windowBytes: 5000,
};

const at = (bytesPerSecond: number, bytes = MIB): Finished => ({
  bytes,
  durationMs: (bytes / bytesPerSecond) * 1000,
});
const fast = [at(20 * MIB), at(30 * MIB), at(40 * MIB)];

describe("a transfer lags", () => {
  const rows: readonly (readonly [string, Partial<Lately>, readonly Finished[], boolean])[] = [
    ["that crawls among fast ones", {}, fast, true],
    ["that crawls beside one fast one", {}, [at(MIB)], true],
    ["that does nothing, and neither did the others for as long", { movedBytes: 0 }, fast, true],
    ["among such that are as slow", {}, [at(900), at(1000), at(1100)], false],
    ["a ninth as fast as the others", {}, [at(9000), at(9000)], false],
    ["an eleventh as fast as the others", {}, [at(11_000), at(11_000)], true],
    ["when most of the others are as slow", {}, [at(30 * MIB), at(1000), at(1000)], false],
    ["when few of the others are as slow", {}, [at(30 * MIB), at(30 * MIB), at(1000)], true],
    ["after it was asked again once", { askedAgain: 1 }, fast, true],
    ["after it was asked again twice", { askedAgain: 2 }, fast, false],
    ["that stands still near its end", { windowBytes: 0, leftBytes: 1 }, fast, true],
    ["that ends within another window", { leftBytes: 5000 }, fast, false],
    ["of which all has been sent", { windowBytes: 0, leftBytes: 0 }, fast, false],
    [
      "that still waits, as the others did",
      { movedBytes: 0, windowBytes: 0 },
      [at(MIB, 2 * MIB)],
      false,
    ],
    [
      "that waits three times as long",
      { movedBytes: 0, windowBytes: 0, elapsedMs: 6000 },
      [at(MIB, 2 * MIB)],
      true,
    ],
    ["alone, after a while", { elapsedMs: 10_000 }, [], true],
    ["alone, too early", { elapsedMs: 9999 }, [], false],
    ["alone, once more", { elapsedMs: 10_000, askedAgain: 1 }, [], false],
    ["alone, on a line that may be as slow", { elapsedMs: 10_000, windowBytes: 25_000 }, [], false],
    ["alone, and does nothing", { elapsedMs: 10_000, movedBytes: 0, windowBytes: 0 }, [], false],
  ];

  test.each(rows)("%s", (_title, changes, siblings, expected) => {
    expect(isLagging({ ...crawling, ...changes }, siblings)).toBe(expected);
  });

  test("only after a window, which is longer each time", () => {
    expect([0, 1, 2].map(windowOf)).toEqual([5000, 10_000, 20_000]);
  });
});
