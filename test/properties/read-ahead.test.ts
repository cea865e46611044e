import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AccessPattern } from "../../src/read/access-pattern.ts";
import { nextReadAhead, windowBlocks } from "../../src/read/prefetch-window.ts";
import { splitSpan, consecutiveSpans } from "../../src/read/request-plan.ts";
import { defaultTuning } from "../../src/read/tuning.ts";

const FILE_BLOCKS = 3000;
const reads = fc.array(
  fc.record({
    /** Where, seen from the last read: mostly onwards, sometimes anywhere. */
    jump: fc.oneof(
      { weight: 5, arbitrary: fc.constant(0) },
      { weight: 2, arbitrary: fc.integer({ min: -6, max: 6 }) },
      { weight: 1, arbitrary: fc.integer({ min: -FILE_BLOCKS, max: FILE_BLOCKS }) },
    ),
    count: fc.integer({ min: 1, max: 4 }),
    wasted: fc.option(fc.nat(FILE_BLOCKS)),
  }),
  { maxLength: 300 },
);

describe("reading ahead", () => {
  it("never leaves its window, its share of memory or the file, and never asks for a block twice", () => {
    fc.assert(
      fc.property(
        reads,
        fc.integer({ min: 1, max: 600 }),
        fc.integer({ min: 1, max: 16 }),
        (script, limit, requests) => {
          const pattern = new AccessPattern({ headStart: 8, maxProof: 384 });
          let at = 0;
          for (const { jump, count, wasted } of script) {
            const start = Math.max(0, Math.min(FILE_BLOCKS - count, at + jump));
            at = start + count;
            const cursor = pattern.observe({ start, end: at }, true);
            if (wasted !== null) pattern.wasted(wasted);
            const next = nextReadAhead(
              cursor,
              { fileBlocks: FILE_BLOCKS, limit, requests },
              defaultTuning,
            );
            if (next === undefined) continue;
            const { span } = next;
            expect(span.start).toBeLessThan(span.end);
            expect(span.start).toBe(Math.max(cursor.position, cursor.ahead));
            expect(span.end).toBeLessThanOrEqual(FILE_BLOCKS);
            expect(span.end - cursor.position).toBeLessThanOrEqual(limit);
            expect(span.end - cursor.position).toBeLessThanOrEqual(
              windowBlocks(cursor, limit, defaultTuning),
            );
            cursor.ahead = span.end;
          }
        },
      ),
    );
  });

  it("covers a stream without gaps", () => {
    fc.assert(
      fc.property(fc.nat(2000), fc.integer({ min: 2, max: 600 }), (first, limit) => {
        const pattern = new AccessPattern({ headStart: 8, maxProof: 384 });
        const asked: { start: number; end: number }[] = [];
        for (let block = first; block < FILE_BLOCKS; block += 1) {
          const cursor = pattern.observe({ start: block, end: block + 1 }, true);
          const bounds = { fileBlocks: FILE_BLOCKS, limit, requests: 8 };
          const next = nextReadAhead(cursor, bounds, defaultTuning);
          if (next === undefined) continue;
          asked.push(next.span);
          cursor.ahead = next.span.end;
        }
        expect(asked.at(-1)?.end).toBe(FILE_BLOCKS);
        for (const [n, span] of asked.entries()) {
          if (n > 0) expect(span.start).toBe(asked[n - 1]?.end);
        }
      }),
    );
  });

  it("sets aside at least two blocks of proof for each wasted one, and never less than none", () => {
    fc.assert(
      fc.property(fc.nat(400), fc.nat(300), (read, wasted) => {
        const pattern = new AccessPattern({ headStart: 8, maxProof: 384 });
        let cursor = pattern.observe({ start: 0, end: 1 }, true);
        for (let block = 1; block < read; block += 1) {
          cursor = pattern.observe({ start: block, end: block + 1 }, true);
        }
        cursor.ahead = FILE_BLOCKS;
        const before = cursor.proof;
        for (let n = 0; n < wasted; n += 1) pattern.wasted(cursor.position);
        expect(cursor.proof).toBe(Math.max(0, before - 2 * wasted));
      }),
    );
  });
});

describe("ranged requests", () => {
  it("tile what they were cut from: every block once, in order, none too large", () => {
    const indexes = fc.uniqueArray(fc.nat(500)).map((all) => all.sort((a, b) => a - b));
    fc.assert(
      fc.property(indexes, fc.integer({ min: 1, max: 40 }), (missing, size) => {
        const requests = consecutiveSpans(missing).flatMap((span) => splitSpan(span, size));
        const blocks = requests.flatMap(({ start, end }) =>
          Array.from({ length: end - start }, (_, n) => start + n),
        );
        expect(blocks).toEqual(missing);
        expect(requests.every(({ start, end }) => end - start <= size && end > start)).toBe(true);
      }),
    );
  });
});
