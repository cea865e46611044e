import fc from "fast-check";
import { expect, test } from "vitest";
import { Extents } from "../../src/write/extents.ts";

const SIZE = 24;
const range = fc
  .tuple(fc.integer({ min: 0, max: SIZE }), fc.integer({ min: 0, max: SIZE }))
  .map(([a, b]) => ({ start: Math.min(a, b), end: Math.max(a, b) }));
const step = fc.oneof(
  { weight: 4, arbitrary: range.map((added) => ({ added })) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: SIZE }).map((cut) => ({ cut })) },
);

test("extents know of every range whether all of it was written", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), range, (steps, asked) => {
      const extents = new Extents();
      let written = Array.from({ length: SIZE }, () => false);
      for (const one of steps) {
        if ("added" in one) {
          extents.add(one.added);
          written.fill(true, one.added.start, one.added.end);
        } else {
          extents.truncate(one.cut);
          written = written.map((value, index) => value && index < one.cut);
        }
      }
      const expected = written.slice(asked.start, asked.end).every(Boolean);
      fc.pre(asked.start < asked.end);
      expect(extents.covers(asked)).toBe(expected);
    }),
    { numRuns: 2000 },
  );
});
