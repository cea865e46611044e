import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { List } from "../../src/api/paging/list.ts";

/*
 * A list sorted by Id, as the service has it, that changes between any two pages: what comes and goes is
 * decided by the test, what stays must be found exactly once.
 */

interface Change {
  /** Before which request, counted from 0. */
  readonly at: number;
  readonly id: number;
  readonly what: "appears" | "vanishes";
}

interface Lively {
  readonly list: List<number>;
  readonly requests: () => number;
}

function livelyList(
  initial: ReadonlySet<number>,
  changes: readonly Change[],
  { saysTotal, maxLimit }: { readonly saysTotal: boolean; readonly maxLimit: number },
): Lively {
  const present = new Set(initial);
  let requests = 0;
  const list = new List<number>(
    async ({ offset, limit }) => {
      // Some pages are requested at the same time; their responses come one after the other.
      await new Promise((resolve) => setImmediate(resolve));
      for (const { id, what } of changes.filter(({ at }) => at === requests)) {
        if (what === "appears") present.add(id);
        else present.delete(id);
      }
      requests += 1;
      const sorted = [...present].sort((a, b) => a - b);
      const taken = Math.min(limit, maxLimit);
      const items = sorted.slice(offset, offset + taken);
      return { items, offset, limit: taken, totalCount: saysTotal ? sorted.length : undefined };
    },
    String,
    "GET /things",
  );
  return { list, requests: () => requests };
}

const ids = fc.uniqueArray(fc.nat(400), { maxLength: 120 });
const changes = fc.array(
  fc.record({
    at: fc.nat(40),
    id: fc.nat(400),
    what: fc.constantFrom("appears" as const, "vanishes" as const),
  }),
  { maxLength: 60 },
);
const service = fc.record({ saysTotal: fc.boolean(), maxLimit: fc.integer({ min: 2, max: 40 }) });

describe("a list that changes while it is read", () => {
  test("returns each item that is in the list all the time exactly once, under any page size", async () => {
    await fc.assert(
      fc.asyncProperty(
        ids,
        changes,
        service,
        fc.integer({ min: 1, max: 50 }),
        async (initial, moves, kind, pageSize) => {
          const touched = new Set(moves.map(({ id }) => id));
          const stays = initial.filter((id) => !touched.has(id)).sort((a, b) => a - b);
          const { list } = livelyList(new Set(initial), moves, kind);
          const found = await list.all({ pageSize });
          expect(new Set(found).size).toBe(found.length);
          expect(found.filter((id) => !touched.has(id)).sort((a, b) => a - b)).toEqual(stays);
        },
      ),
      { numRuns: 400 },
    );
  });

  test("loses nothing when the list is cut in half in front of the reader", async () => {
    const initial = Array.from({ length: 100 }, (_, index) => index);
    const cut = initial.slice(0, 50).map((id): Change => ({ at: 3, id, what: "vanishes" }));
    const { list } = livelyList(new Set(initial), cut, { saysTotal: true, maxLimit: 10 });
    const found = await list.all({ pageSize: 10 });
    expect(found.filter((id) => id >= 50)).toEqual(initial.slice(50));
  });

  test("ends with an error when it can never be read whole", async () => {
    let first = 0;
    const list = new List<number>(
      async ({ offset, limit }) => {
        if (offset > 0) first += 10_000;
        const items = Array.from({ length: limit }, (_, index) => first + offset + index);
        return { items, offset, limit, totalCount: 1_000_000 };
      },
      String,
      "GET /things",
    );
    await expect(list.all({ pageSize: 10 })).rejects.toMatchObject({ reason: "changed" });
  });
});
