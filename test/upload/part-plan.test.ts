import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BASESPACE_PARTS } from "../../src/upload/part-plan.ts";

const plan = BASESPACE_PARTS;
const MAX_FILE_BYTES = plan.maxFileBytes;
const MIN_PART_BYTES = 5 * 1024 * 1024;
const MAX_PART_BYTES = 25_000_000;

describe("the plan of parts", () => {
  test("tiles every file: parts follow each other from the first byte to the last", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30_000_000_000 }), (sizeBytes) => {
        let at = 0;
        for (let number = 1; number <= plan.count(sizeBytes); number += 1) {
          const { start, end } = plan.range(number, sizeBytes);
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
        const { start, end } = plan.range(plan.at(offset), MAX_FILE_BYTES);
        expect(start).toBeLessThanOrEqual(offset);
        expect(end).toBeGreaterThan(offset);
      }),
    );
  });

  test("keeps within BaseSpace's limits and takes files of 200 GB", () => {
    expect(MAX_FILE_BYTES).toBeGreaterThan(200e9);
    expect(plan.count(MAX_FILE_BYTES)).toBe(10_000);
    for (const number of [1, 64, 65, 256, 257, 10_000]) {
      const { start, end } = plan.range(number, MAX_FILE_BYTES);
      expect(end - start).toBeGreaterThanOrEqual(MIN_PART_BYTES);
      expect(end - start).toBeLessThanOrEqual(MAX_PART_BYTES);
    }
    expect(() => plan.at(MAX_FILE_BYTES)).toThrow(RangeError);
    expect(() => plan.range(10_001, MAX_FILE_BYTES)).toThrow(RangeError);
  });

  test("has one part for an empty file", () => {
    expect(plan.count(0)).toBe(1);
    expect(plan.range(1, 0)).toEqual({ start: 0, end: 0 });
  });
});
