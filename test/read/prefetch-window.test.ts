import { describe, expect, it } from "vitest";
import type { Cursor } from "../../src/read/access-pattern.ts";
import { lookahead, nextReadAhead, windowBlocks } from "../../src/read/prefetch-window.ts";
import { defaultTuning } from "../../src/read/tuning.ts";

const bounds = { fileBlocks: 10_000, limit: 512, requests: 8 };

function cursor(some: Partial<Cursor> = {}): Cursor {
  const common = { origin: 0, position: 40, ahead: 40, reads: 40 };
  return { ...common, touched: 40, proof: 40, ...some };
}

describe("windowBlocks", () => {
  it("is as large as the proof, within the cursor's share of memory and the maximum", () => {
    expect(windowBlocks(cursor({ proof: 40 }), 512, defaultTuning)).toBe(40);
    expect(windowBlocks(cursor({ proof: 40 }), 10, defaultTuning)).toBe(10);
    expect(windowBlocks(cursor({ proof: 9000 }), 9000, defaultTuning)).toBe(384);
  });

  it("is nothing without proof, or when most blocks were passed by", () => {
    expect(windowBlocks(cursor({ proof: 4 }), 512, defaultTuning)).toBe(0);
    expect(windowBlocks(cursor({ touched: 19 }), 512, defaultTuning)).toBe(0);
  });
});

describe("nextReadAhead", () => {
  it("asks for what lies between what was asked for and the end of the window", () => {
    const next = nextReadAhead(cursor({ ahead: 60 }), bounds, defaultTuning);
    expect(next).toEqual({ span: { start: 60, end: 80 }, requestBlocks: 5 });
  });

  it("waits until a whole request fits", () => {
    expect(nextReadAhead(cursor({ ahead: 76 }), bounds, defaultTuning)).toBeUndefined();
    expect(nextReadAhead(cursor({ ahead: 74 }), bounds, defaultTuning)?.span).toEqual({
      start: 74,
      end: 79,
    });
  });

  it("asks for the rest of the file when the window reaches its end, and for nothing behind it", () => {
    const short = { ...bounds, fileBlocks: 78 };
    const next = nextReadAhead(cursor({ ahead: 76 }), short, defaultTuning);
    expect(next?.span).toEqual({ start: 76, end: 78 });
    expect(nextReadAhead(cursor({ ahead: 78 }), short, defaultTuning)).toBeUndefined();
  });

  it("makes requests larger as the window grows, up to the maximum", () => {
    const sizes = [8, 40, 128, 384, 2000].map((proof) => {
      const wide = { ...bounds, limit: 4000 };
      const tuning = { ...defaultTuning, maxWindowBlocks: 4000 };
      return nextReadAhead(cursor({ proof }), wide, tuning)?.requestBlocks;
    });
    expect(sizes).toEqual([4, 5, 16, 32, 32]);
  });

  it("keeps two requests in the smallest window", () => {
    const tight = { ...bounds, limit: 2 };
    expect(nextReadAhead(cursor(), tight, defaultTuning)).toEqual({
      span: { start: 40, end: 42 },
      requestBlocks: 1,
    });
  });
});

describe("lookahead", () => {
  const first = cursor({ reads: 1, proof: 2, touched: 2 });
  const block = defaultTuning.blockBytes;

  it("brings the rest of a small file with its first bytes", () => {
    expect(lookahead(first, { end: 1, lengthBytes: 100 }, 4, defaultTuning)).toBe(3);
  });

  it("brings one more block when the kernel has cut a larger read", () => {
    expect(lookahead(first, { end: 9, lengthBytes: block }, 100, defaultTuning)).toBe(1);
    expect(lookahead(first, { end: 100, lengthBytes: block }, 100, defaultTuning)).toBe(0);
  });

  it("brings nothing else for random reads, which say exactly what they want", () => {
    expect(lookahead(first, { end: 9, lengthBytes: 4096 }, 100, defaultTuning)).toBe(0);
    expect(lookahead(first, { end: 9, lengthBytes: 2 * block }, 100, defaultTuning)).toBe(0);
    const second = { ...first, reads: 2 };
    expect(lookahead(second, { end: 9, lengthBytes: block }, 100, defaultTuning)).toBe(0);
  });
});
