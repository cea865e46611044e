import { compareIds } from "../../core/compare-ids.ts";
import { compareNames } from "../text/compare-names.ts";
import { Query } from "./query.ts";
import type { KeepSorted } from "./sorted-list-cache.ts";

/** Names of fields that a list can be sorted by, and what orders them. */
export type Sorts<Item> = Readonly<Record<string, (a: Item, b: Item) => number>>;

export interface ListRules<Item> {
  readonly sorts: Sorts<Item>;
  /** @default "Id" */
  readonly defaultSort?: string;
  /** Where the query names no field to sort by either. @default "Asc" */
  readonly defaultDir?: "Asc" | "Desc";
  /** @default 10 */
  readonly defaultLimit?: number;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly totalCount: number;
  readonly offset: number;
  readonly limit: number;
  readonly sortDir: "Asc" | "Desc";
  readonly sortBy: string;
}

/** The service answers a greater Limit with this one. */
export const MAX_LIMIT = 1024;
const DEFAULT_LIMIT = 10;

/**
 * The page of `all` that a query asks for; unknown sort keys are replaced by the default in silence.
 * `keep` is for lists that nothing in the query narrows: those are collected and sorted once.
 */
export function pageOf<Item extends { readonly id: string }>(
  all: Iterable<Item> | (() => Iterable<Item>),
  query: Query,
  rules: ListRules<Item>,
  keep: KeepSorted<Item> = (_order, sort) => sort(),
): Page<Item> {
  const offset = query.number("Offset") ?? 0;
  const limit = Math.min(query.number("Limit") ?? rules.defaultLimit ?? DEFAULT_LIMIT, MAX_LIMIT);
  const sortBy = sortKey(query.get("SortBy"), rules);
  const sortDir = sortDirection(query, rules);
  const compare = rules.sorts[sortBy] ?? byId;
  const sign = sortDir === "Asc" ? 1 : -1;
  const sorted = keep(`${sortBy} ${sortDir}`, () =>
    [...(typeof all === "function" ? all() : all)].sort(
      (a, b) => sign * (compare(a, b) || byId(a, b)),
    ),
  );
  const items = sorted.slice(offset, offset + limit);
  return { items, totalCount: sorted.length, offset, limit, sortDir, sortBy };
}

/** All of `all` as one page, in the default order, for lists that answer a change. */
export function wholePage<Item extends { readonly id: string }>(
  all: readonly Item[],
  rules: ListRules<Item>,
): Page<Item> {
  const limit = Math.max(all.length, rules.defaultLimit ?? DEFAULT_LIMIT);
  return { ...pageOf(all, new Query(`?Limit=${limit}`), rules), limit };
}

/** A list as v2 sends it. */
export function pagedList<Item>(page: Page<Item>, serialise: (item: Item) => unknown): Paged {
  const { Items, ...paging } = listResponse(page, serialise);
  return { Items, Paging: paging };
}

/** A list of v2 that nobody writes into. */
export function emptyList(query: Query): Paged {
  return pagedList(pageOf([], query, { sorts: {} }), () => ({}));
}

export interface Paged {
  readonly Items: unknown;
  readonly Paging: unknown;
}

/** The `Response` of a list, in the service's key order. */
export function listResponse<Item>(
  page: Page<Item>,
  serialise: (item: Item) => unknown,
): Record<string, unknown> {
  return {
    Items: page.items.map(serialise),
    DisplayedCount: page.items.length,
    TotalCount: page.totalCount,
    Offset: page.offset,
    Limit: page.limit,
    SortDir: page.sortDir,
    SortBy: page.sortBy,
  };
}

export function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return compareIds(a.id, b.id);
}

/** Orders by a text of the item: a name, or a date in the service's form. */
export function byText<Item>(text: (item: Item) => string): (a: Item, b: Item) => number {
  return (a, b) => compareNames(text(a), text(b));
}

function sortDirection<Item>(query: Query, rules: ListRules<Item>): "Asc" | "Desc" {
  const asked = query.get("SortDir")?.toLowerCase();
  if (asked === undefined && query.get("SortBy") === undefined) return rules.defaultDir ?? "Asc";
  return asked === "desc" ? "Desc" : "Asc";
}

function sortKey<Item>(asked: string | undefined, rules: ListRules<Item>): string {
  const wanted = asked?.toLowerCase();
  const known = Object.keys(rules.sorts).find((key) => key.toLowerCase() === wanted);
  return known ?? rules.defaultSort ?? "Id";
}
