import { expect, test } from "vitest";
import { parseOptions } from "../../scripts/bench/options.ts";
import { renderTable } from "../../scripts/bench/report.ts";
import type { Sample } from "../../scripts/bench/sequential-read.ts";
import { median } from "../../scripts/bench/statistics.ts";
import type { WriteSample } from "../../scripts/bench/writes/bench-writes.ts";
import { renderWriteTable } from "../../scripts/bench/writes/report.ts";

function sample(contestant: string, megabytesPerSecond: number): Sample {
  return {
    contestant,
    isRaw: contestant.startsWith("raw"),
    megabytesPerSecond,
    seconds: 1,
    cpuSeconds: 0.5,
    peakRssBytes: 100 * 1024 * 1024,
    requests: 8,
    bytesFetched: 2000,
  };
}

test("the median is the middle value, or the mean of two", () => {
  expect(median([5, 1, 3])).toBe(3);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
});

test("ratios are taken within a round, against the fastest raw client of that round", () => {
  const rounds = [
    [sample("bsmount", 100), sample("raw a", 200), sample("raw b", 50), sample("rclone mount", 50)],
    [sample("bsmount", 10), sample("raw a", 5), sample("raw b", 40), sample("rclone mount", 20)],
    [sample("bsmount", 90), sample("raw a", 30), sample("raw b", 10), sample("rclone mount", 30)],
  ];
  const table = renderTable({ name: "t", title: "a read", sizeBytes: 1000, rounds });
  const line = table.split("\n").find((each) => each.startsWith("bsmount"));
  // 0.5, 0.25 and 3 beside raw; 2, 0.5 and 3 beside rclone.
  expect(line?.split(/\s{2,}/)).toEqual([
    "bsmount",
    "90",
    "0.50",
    "2.00",
    "0.50",
    "100.0 MiB",
    "8",
    "2.00",
  ]);
});

test("without a control in the rounds there is no ratio", () => {
  const rounds = [[sample("bsmount", 100)]];
  const table = renderTable({ name: "t", title: "a read", sizeBytes: 1000, rounds });
  expect(table).toMatch(/^bsmount +100 +– +– /m);
});

test("for an unknown benchmark or transport the usage is printed", () => {
  expect(() => parseOptions(["erase"])).toThrow(/npm run bench -- read/);
  expect(() => parseOptions(["read", "--transport", "ftp"])).toThrow(/npm run bench -- read/);
  expect(parseOptions(["read"])).toMatchObject({ benchmark: "read", transports: ["http", "tls"] });
  expect(parseOptions(["write", "--files", "10"])).toMatchObject({
    benchmark: "write",
    sizeBytes: 2 ** 30,
    fileCount: 10,
    fileBytes: 10_240,
  });
});

test("writes are compared by time, within a round", () => {
  const writeSample = (contestant: string, seconds: number): WriteSample => {
    const isRaw = contestant === "raw";
    const used = { cpuSeconds: 0.5, peakRssBytes: 0, requests: 11, writtenBytes: 2e8 };
    return { contestant, isRaw, seconds, ...used };
  };
  const rounds = [
    [writeSample("bsmount", 2), writeSample("raw", 1)],
    [writeSample("raw", 8), writeSample("bsmount", 10)],
    [writeSample("bsmount", 4), writeSample("raw", 1)],
  ];
  const outcome = { name: "t", title: "a write", count: 100, fileBytes: 1e6, rounds };
  const line = renderWriteTable(outcome)
    .split("\n")
    .find((each) => each.startsWith("bsmount"));
  // Ratios of 0.5, 0.8 and 0.25; 4 seconds in the middle.
  expect(line?.split(/\s{2,}/)).toEqual([
    "bsmount",
    "4.00",
    "25",
    "25",
    "0.50",
    "0.50",
    "–",
    "11",
    "2.00",
  ]);
});
