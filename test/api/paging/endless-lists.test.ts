import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { FetchPage, Page } from "../../../src/api/paging/page.ts";
import { type CrawlOptions, List } from "../../../src/api/paging/list.ts";

/* Responses of a service that would make a list endless. */

interface Asked {
  requests: number;
}

function listOf(fetchPage: FetchPage<number>): { list: List<number>; asked: Asked } {
  const asked = { requests: 0 };
  const counted: FetchPage<number> = async (window, options) => {
    asked.requests += 1;
    // The consumer continues its other work.
    await new Promise(setImmediate);
    return await fetchPage(window, options);
  };
  return { list: new List(counted, String, "GET /things"), asked };
}

const numbers = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, at) => from + at);

const responders: Readonly<Record<string, (offset: number, limit: number) => Page<number>>> = {
  "ignores the offset, and says so": (_offset, limit) => page(0, limit, 10 ** 12),
  "ignores the offset, and says otherwise": (offset, limit) => ({
    ...page(0, limit, 10 ** 12),
    offset,
  }),
  "repeats its first page without a total": (offset, limit) => ({
    ...page(0, limit, undefined),
    offset,
  }),
  "repeats pages of one item": (offset) => ({ ...page(0, 1, 10 ** 12), offset, limit: 1 }),
  "repeats its last page": (offset, limit) => ({
    ...page(Math.min(offset, 3000), limit, 10 ** 12),
    offset,
  }),
  "gives two pages in turn": (offset, limit) => ({
    ...page((Math.floor(offset / limit) % 2) * limit, limit, undefined),
    offset,
  }),
};

function page(offset: number, limit: number, totalCount: number | undefined): Page<number> {
  return { items: numbers(offset, limit), offset, limit, totalCount };
}

describe("a service that", () => {
  test.each(Object.entries(responders))(
    "%s is requested a few times, and reported",
    async (_what, respond) => {
      const { list, asked } = listOf(async ({ offset, limit }) => respond(offset, limit));
      await expect(list.all()).rejects.toMatchObject({
        reason: expect.stringMatching(/unavailable|changed/),
      });
      // As many as for a list that loses items for as long as it is read.
      expect(asked.requests).toBeLessThan(2100);
    },
  );

  test("[F5] has always one more page fails at the most items that are wanted", async () => {
    const { list, asked } = listOf(async ({ offset, limit }) => page(offset, limit, 10 ** 12));
    await expect(list.all({ maxItems: 20_000 })).rejects.toMatchObject({
      reason: "too-big",
      message: expect.stringContaining("more than 20000 items"),
    });
    expect(asked.requests).toBeLessThan(30);
  });

  test.each<[string, CrawlOptions]>([
    ["slows down from page to page", {}],
    ["slows down, and takes no notice of being given up", { signal: new AbortController().signal }],
  ])("%s fails at the list's deadline", async (what, options) => {
    let pages = 0;
    const { list } = listOf(async ({ offset, limit }, { signal }) => {
      pages += 1;
      await delay(20 * pages, undefined, what.includes("takes no notice") ? {} : { signal });
      return page(offset, limit, undefined);
    });
    const begun = performance.now();
    await expect(list.all({ ...options, deadlineMs: 300 })).rejects.toMatchObject({
      reason: "timeout",
    });
    expect(performance.now() - begun).toBeLessThan(3000);
  });

  test("is fast enough is not hurried by who reads slowly", async () => {
    const all = numbers(0, 3000);
    const { list } = listOf(async ({ offset, limit }) => {
      return { ...page(offset, limit, 3000), items: all.slice(offset, offset + limit) };
    });
    let items = 0;
    for await (const some of list.pages({ deadlineMs: 200 })) {
      items += some.items.length;
      await delay(150);
    }
    expect(items).toBe(3000);
  });
});

test("a page of a million items is taken", async () => {
  const all = numbers(0, 1_000_000);
  const { list } = listOf(async ({ offset }) => ({
    items: all.slice(offset),
    offset,
    limit: 1024,
    totalCount: 1_000_000,
  }));
  expect(await list.all()).toHaveLength(1_000_000);
});
