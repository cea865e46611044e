import { expect, it } from "vitest";
import { compareIds } from "../../src/core/compare-ids.ts";

it("orders Ids by value, beyond 2^53, and before any text", () => {
  const ordered = ["0", "9", "10", "9007199254740993", "9007199254740994", "ds.0a", "ds.1"];
  expect(ordered.toReversed().sort(compareIds)).toEqual(ordered);
});

it("is zero for nothing but the same text", () => {
  expect(compareIds("7", "7")).toBe(0);
  expect(compareIds("07", "7")).not.toBe(0);
  expect(Math.sign(compareIds("07", "7"))).toBe(-Math.sign(compareIds("7", "07")));
});
