import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Page } from "../../../src/api/paging/page.ts";
import { List } from "../../../src/api/paging/list.ts";

interface Service {
  readonly total: number;
  /** The limit that the service reduces greater limits to. */
  readonly maxLimit: number;
  readonly saysTotal: boolean;
  readonly echoesLimit: boolean;
  /** Items missing from each full page. */
  readonly missing: number;
  /** How many too few the service counts. @default 0 */
  readonly uncounted?: number;
}

const PLAIN: Service = {
  total: 10,
  maxLimit: 1024,
  saysTotal: true,
  echoesLimit: true,
  missing: 0,
};

class Pages {
  readonly asked: { offset: number; limit: number }[] = [];
  running = 0;
  mostRunning = 0;
  aborted = 0;
  readonly service: Service;

  constructor(service: Service) {
    this.service = service;
  }

  list(): List<number> {
    return new List<number>(
      async (window, { signal }) => {
        this.asked.push(window);
        this.running += 1;
        this.mostRunning = Math.max(this.mostRunning, this.running);
        await new Promise((resolve) => setImmediate(resolve));
        this.running -= 1;
        if (signal?.aborted === true) this.aborted += 1;
        signal?.throwIfAborted();
        return this.#respond(window);
      },
      String,
      "GET /things",
    );
  }

  #respond({ offset, limit }: { offset: number; limit: number }): Page<number> {
    const { total, maxLimit, saysTotal, echoesLimit, missing, uncounted = 0 } = this.service;
    const taken = Math.min(limit, maxLimit);
    const shown = taken > missing ? taken - missing : taken;
    const end = Math.min(total, offset + shown);
    return {
      items: Array.from({ length: Math.max(0, end - offset) }, (_, index) => offset + index),
      offset,
      limit: echoesLimit ? taken : limit,
      totalCount: saysTotal ? total - uncounted : undefined,
    };
  }
}

const upTo = (total: number): number[] => Array.from({ length: total }, (_, index) => index);

describe("a list", () => {
  test("asks once for what fits into one page", async () => {
    const pages = new Pages(PLAIN);
    expect(await pages.list().all()).toEqual(upTo(10));
    expect(pages.asked).toEqual([{ offset: 0, limit: 1024 }]);
  });

  test("asks once for nothing", async () => {
    const pages = new Pages({ ...PLAIN, total: 0 });
    expect(await pages.list().all()).toEqual([]);
    expect(pages.asked).toHaveLength(1);
  });

  test("fetches further pages a few at a time, in order, none twice", async () => {
    const pages = new Pages({ ...PLAIN, total: 10_000 });
    expect(await pages.list().all()).toEqual(upTo(10_000));
    // Each begins with the last item of the one before.
    expect(pages.asked.map(({ offset }) => offset)).toEqual(upTo(10).map((page) => page * 1023));
    expect(pages.mostRunning).toBeGreaterThan(1);
    expect(pages.mostRunning).toBeLessThanOrEqual(4);
  });

  test("ends where the items end when the service counts too few of them", async () => {
    const pages = new Pages({ ...PLAIN, total: 1500, maxLimit: 100, uncounted: 300 });
    expect(await pages.list().all()).toEqual(upTo(1500));
  });

  test("goes by the limit that the service really took, still in parallel", async () => {
    const pages = new Pages({ ...PLAIN, total: 1000, maxLimit: 100 });
    expect(await pages.list().all()).toEqual(upTo(1000));
    expect(pages.asked).toHaveLength(11);
    expect(pages.mostRunning).toBeGreaterThan(1);
  });

  test("without a total goes page by page until one brings nothing new", async () => {
    const pages = new Pages({ ...PLAIN, total: 2048, saysTotal: false });
    expect(await pages.list().all()).toEqual(upTo(2048));
    expect(pages.mostRunning).toBe(1);
    expect(pages.asked).toHaveLength(4);
  });

  test("any service that keeps its order gives every item once", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          total: fc.nat(3000),
          maxLimit: fc.integer({ min: 50, max: 1024 }),
          saysTotal: fc.boolean(),
          echoesLimit: fc.boolean(),
          missing: fc.nat(20),
        }),
        async (service) => {
          expect(await new Pages(service).list().all()).toEqual(upTo(service.total));
        },
      ),
      { numRuns: 60 },
    );
  });

  test("can be read item by item", async () => {
    const seen: number[] = [];
    for await (const item of new Pages(PLAIN).list()) seen.push(item);
    expect(seen).toEqual(upTo(10));
  });

  test("cancels what is under way when its consumer stops early", async () => {
    const pages = new Pages({ ...PLAIN, total: 10_000 });
    for await (const item of pages.list()) {
      if (item === 1024) break;
    }
    expect(pages.running).toBe(0);
    expect(pages.aborted).toBeGreaterThan(0);
    expect(pages.asked.length).toBeLessThan(10);
  });

  test("ends with the caller's reason", async () => {
    const controller = new AbortController();
    const pages = new Pages({ ...PLAIN, total: 10_000 });
    const reading = (async () => {
      for await (const page of pages.list().pages({ signal: controller.signal })) {
        if (page.offset > 0) controller.abort(new Error("enough"));
      }
    })();
    await expect(reading).rejects.toThrow("enough");
    expect(pages.running).toBe(0);
  });

  test("returns one page as it is requested", async () => {
    const page = await new Pages(PLAIN).list().page({ offset: 8, limit: 5 });
    expect(page).toEqual({ items: [8, 9], offset: 8, limit: 5, totalCount: 10 });
  });

  test("fails with the page that failed", async () => {
    const list = new List<number>(
      async ({ offset, limit }) => {
        if (offset > 0) throw new Error("no second page");
        return { items: upTo(limit), offset, limit, totalCount: 5000 };
      },
      String,
      "GET /things",
    );
    await expect(list.all()).rejects.toThrow("no second page");
  });
});
