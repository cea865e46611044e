import { describe, expect, it } from "vitest";
import { byText, listResponse, pageOf } from "../../src/emulator/http/paging.ts";
import { Query } from "../../src/emulator/http/query.ts";
import { SortedListCache } from "../../src/emulator/http/sorted-list-cache.ts";

interface Item {
  readonly id: string;
  readonly name: string;
}

const RULES = { sorts: { Name: byText<Item>((item) => item.name) } };

/** Names in the order in which the service was recorded to list them (`v2/appsessions`, `sortby=Name`). */
const RECORDED = [
  "blood",
  "Ethanol",
  "lipstick",
  "NA12878",
  "SeraseqCardio",
  "Seraseq_IC",
  "toothpaste",
];

describe("names", () => {
  it.each([
    ["as recorded", RECORDED],
    ["with ties by code units, whatever the Ids", ["A", "a", "B", "b", "_", "Ä", "ä"]],
  ])("are sorted by upper case: %s", (_title, ordered) => {
    const shuffled = ordered.toReversed().map((name, at) => ({ id: String(at + 1), name }));
    const sorted = (query: string): string[] =>
      pageOf(shuffled, new Query(query), RULES).items.map(({ name }) => name);
    expect(sorted("/?SortBy=Name&Limit=50")).toEqual(ordered);
    expect(sorted("/?SortBy=Name&SortDir=Desc&Limit=50")).toEqual(ordered.toReversed());
  });
});

describe("the pages of one list", () => {
  const items: readonly Item[] = Array.from({ length: 100 }, (_, at) => ({
    id: String(at),
    name: String((at * 37) % 100).padStart(2, "0"),
  }));
  let collected = 0;
  const all = (): readonly Item[] => {
    collected += 1;
    return items;
  };

  function pages(lists: SortedListCache<Item>, version: object, query: string): string[] {
    return [0, 40, 80].flatMap((offset) => {
      const asked = new Query(`/?Limit=40&Offset=${offset}&${query}`);
      const page = pageOf(all, asked, RULES, lists.forVersion(version));
      expect(listResponse(page, (item) => item.id)).toMatchObject({ TotalCount: 100 });
      return page.items.map((item) => item.name);
    });
  }

  it("come from a list that is sorted once for each order and version", () => {
    const lists = new SortedListCache<Item>();
    const sorted = items.map((item) => item.name).sort();
    const [first, second] = [{}, {}];
    expect(pages(lists, first, "SortBy=Name")).toEqual(sorted);
    expect(pages(lists, first, "sortby=name&SortDir=asc")).toEqual(sorted);
    expect(collected).toBe(1);
    expect(pages(lists, first, "SortBy=Name&SortDir=Desc")).toEqual(sorted.toReversed());
    expect(collected).toBe(2);
    expect(pages(lists, second, "SortBy=Name")).toEqual(sorted);
    expect(collected).toBe(3);
  });
});
