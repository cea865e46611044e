import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_FILE_BYTES, partAt, partCount, partRange } from "../../src/write/part-plan.ts";

const MIN_PART_BYTES = 5 * 1024 * 1024;
const MAX_PART_BYTES = 25_000_000;

describe("the plan of parts", () => {
  test("tiles every file: parts follow each other from the first byte to the last", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30_000_000_000 }), (sizeBytes) => {
        let at = 0;
        for (let number = 1; number <= partCount(sizeBytes); number += 1) {
          const { start, end } = partRange(number, sizeBytes);
          expect(start).toBe(at);
          expect(end).toBeGreaterThan(start);
          at = end;
        }
        expect(at).toBe(sizeBytes);
      }),
      { numRuns: 30 },
    );
  });

  test("finds the part of every byte", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MAX_FILE_BYTES - 1 }), (offset) => {
        const { start, end } = partRange(partAt(offset), MAX_FILE_BYTES);
        expect(start).toBeLessThanOrEqual(offset);
        expect(end).toBeGreaterThan(offset);
      }),
    );
  });

  test("keeps within BaseSpace's limits and takes files of 200 GB", () => {
    expect(MAX_FILE_BYTES).toBeGreaterThan(200e9);
    expect(partCount(MAX_FILE_BYTES)).toBe(10_000);
    for (const number of [1, 64, 65, 256, 257, 10_000]) {
      const { start, end } = partRange(number, MAX_FILE_BYTES);
      expect(end - start).toBeGreaterThanOrEqual(MIN_PART_BYTES);
      expect(end - start).toBeLessThanOrEqual(MAX_PART_BYTES);
    }
    expect(() => partAt(MAX_FILE_BYTES)).toThrow(RangeError);
  });

  test("has one part for an empty file", () => {
    expect(partCount(0)).toBe(1);
    expect(partRange(1, 0)).toEqual({ start: 0, end: 0 });
  });
});
