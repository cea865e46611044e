import { expect, test } from "vitest";
import { TransferRate } from "../../src/cli/copy/transfer-rate.ts";
import { FakeClock } from "../helpers/fake-clock.ts";

const MIB = 1024 * 1024;

test.each<[string, readonly (readonly [ms: number, bytes: number])[], leftMib: number, string]>([
  ["nothing was received and nothing can be estimated", [[999, 0]], 12, ""],
  ["nothing comes", [[1_000, 0]], 12, "0 B/s"],
  ["the first bytes have just come", [[500, MIB]], 12, ""],
  [
    "a line is even",
    [...Array(20)].map(() => [500, MIB] as const),
    120,
    "2.0 MiB/s  1 min 00 s left",
  ],
  [
    "a line has become slow",
    [
      [1_000, 100 * MIB],
      [10_000, 0],
      [1_000, MIB],
    ],
    1,
    "102.4 KiB/s  10 s left",
  ],
  [
    "a line is dead",
    [
      [1_000, 100 * MIB],
      [10_001, 0],
    ],
    1,
    "0 B/s",
  ],
  ["hours are left", [[10_000, 10 * MIB]], 5 * 3_600 + 130, "1.0 MiB/s  5 h 02 min left"],
  ["days are left, it says nothing", [[10_000, 10 * MIB]], 500 * 3_600, "1.0 MiB/s"],
])("when %s", (_what, steps, leftMib, says) => {
  const clock = new FakeClock();
  const rate = new TransferRate(clock);
  for (const [ms, bytes] of steps) {
    clock.advance(ms);
    if (bytes > 0) rate.add(bytes);
  }
  expect(rate.text(leftMib * MIB)).toBe(says);
});
