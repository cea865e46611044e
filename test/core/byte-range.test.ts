import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  blockRange,
  blocksOf,
  byteRange,
  clampRange,
  intersect,
  rangeLength,
} from "../../src/core/byte-range.ts";

const ranges = fc
  .tuple(fc.nat(10_000_000), fc.nat(1_000_000))
  .map(([start, length]) => byteRange(start, start + length));

describe("byte ranges", () => {
  it("refuse invalid bounds", () => {
    expect(() => byteRange(-1, 2)).toThrow(RangeError);
    expect(() => byteRange(3, 2)).toThrow(RangeError);
    expect(() => byteRange(0, 1.5)).toThrow(RangeError);
  });

  it("end at the end of the file", () => {
    expect(clampRange(byteRange(5, 20), 10)).toEqual({ start: 5, end: 10 });
    expect(rangeLength(clampRange(byteRange(15, 20), 10))).toBe(0);
  });

  it("overlap only where both are", () => {
    expect(intersect(byteRange(0, 10), byteRange(5, 20))).toEqual({ start: 5, end: 10 });
    expect(intersect(byteRange(0, 5), byteRange(5, 20))).toBeUndefined();
  });

  it("are tiled by their blocks without gap or overlap", () => {
    fc.assert(
      fc.property(ranges, fc.integer({ min: 1, max: 300_000 }), (range, blockBytes) => {
        const { start, end } = blocksOf(range, blockBytes);
        let covered = 0;
        for (let index = start; index < end; index += 1) {
          const part = intersect(range, blockRange(index, blockBytes, Number.MAX_SAFE_INTEGER));
          covered += part === undefined ? 0 : rangeLength(part);
        }
        expect(covered).toBe(rangeLength(range));
      }),
    );
  });
});
