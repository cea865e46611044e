import { describe, expect, it } from "vitest";
import { splitSpan, requestBlocksFor, consecutiveSpans } from "../../src/read/request-plan.ts";
import { defaultTuning } from "../../src/read/tuning.ts";

describe("request plan", () => {
  it("joins neighbouring blocks", () => {
    expect(consecutiveSpans([3, 4, 5, 9, 11, 12])).toEqual([
      { start: 3, end: 6 },
      { start: 9, end: 10 },
      { start: 11, end: 13 },
    ]);
    expect(consecutiveSpans([])).toEqual([]);
  });

  it("cuts a span into requests", () => {
    expect(splitSpan({ start: 5, end: 12 }, 3)).toEqual([
      { start: 5, end: 8 },
      { start: 8, end: 11 },
      { start: 11, end: 12 },
    ]);
  });

  it("fetches up to 1 MiB in one request and spreads more over the connections", () => {
    const sizes = [1, 3, 8, 64, 240, 4000].map((n) => requestBlocksFor(n, 12, defaultTuning));
    expect(sizes).toEqual([8, 8, 8, 8, 20, 32]);
  });
});
