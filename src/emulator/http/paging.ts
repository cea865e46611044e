import { compareIds } from "../../core/compare-ids.ts";
import { compareNames } from "../text/compare-names.ts";
import { Query } from "./query.ts";
import type { SortCache } from "./sorted-list-cache.ts";

/** The fields that a list can be sorted by, each with its comparison. */
export type Sorts<Item> = Readonly<Record<string, (a: Item, b: Item) => number>>;

export interface ListRules<Item> {
  readonly sorts: Sorts<Item>;
  /** @default "Id" */
  readonly defaultSort?: string;
  /** Applies when the query has neither `SortDir` nor `SortBy`. @default "Asc" */
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

/** The service replaces a greater Limit by this one. */
export const MAX_LIMIT = 1024;
const DEFAULT_LIMIT = 10;

/**
 * Returns the page of `all` that a query requests; an unknown sort key is replaced by the default without an error.
 * `cache` is for lists that the query does not filter: those are collected and sorted once.
 */
export function pageOf<Item extends { readonly id: string }>(
  all: Iterable<Item> | (() => Iterable<Item>),
  query: Query,
  rules: ListRules<Item>,
  cache: SortCache<Item> = (_order, sort) => sort(),
): Page<Item> {
  const offset = query.number("Offset") ?? 0;
  const limit = Math.min(query.number("Limit") ?? rules.defaultLimit ?? DEFAULT_LIMIT, MAX_LIMIT);
  const sortBy = sortKey(query.get("SortBy"), rules);
  const sortDir = sortDirection(query, rules);
  const compare = rules.sorts[sortBy] ?? byId;
  const sign = sortDir === "Asc" ? 1 : -1;
  const sorted = cache(`${sortBy} ${sortDir}`, () =>
    [...(typeof all === "function" ? all() : all)].sort(
      (a, b) => sign * (compare(a, b) || byId(a, b)),
    ),
  );
  const items = sorted.slice(offset, offset + limit);
  return { items, totalCount: sorted.length, offset, limit, sortDir, sortBy };
}

/** Returns all items as one page in the default order, for responses to a change. */
export function wholePage<Item extends { readonly id: string }>(
  all: readonly Item[],
  rules: ListRules<Item>,
): Page<Item> {
  const limit = Math.max(all.length, rules.defaultLimit ?? DEFAULT_LIMIT);
  return { ...pageOf(all, new Query(`?Limit=${limit}`), rules), limit };
}

/** The form of a list in v2. */
export function pagedList<Item>(page: Page<Item>, serialise: (item: Item) => unknown): PagedList {
  const { Items, ...paging } = listResponse(page, serialise);
  return { Items, Paging: paging };
}

/** A v2 list that is always empty. */
export function emptyList(query: Query): PagedList {
  return pagedList(pageOf([], query, { sorts: {} }), () => ({}));
}

export interface PagedList {
  readonly Items: unknown;
  readonly Paging: unknown;
}

/** The `Response` of a v1 list, in the service's key order. */
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

/** Compares items by one of their texts: a name, or a date in the service's form. */
export function byText<Item>(text: (item: Item) => string): (a: Item, b: Item) => number {
  return (a, b) => compareNames(text(a), text(b));
}

function sortDirection<Item>(query: Query, rules: ListRules<Item>): "Asc" | "Desc" {
  const requested = query.get("SortDir")?.toLowerCase();
  if (requested === undefined && query.get("SortBy") === undefined)
    return rules.defaultDir ?? "Asc";
  return requested === "desc" ? "Desc" : "Asc";
}

function sortKey<Item>(requested: string | undefined, rules: ListRules<Item>): string {
  const wanted = requested?.toLowerCase();
  const known = Object.keys(rules.sorts).find((key) => key.toLowerCase() === wanted);
  return known ?? rules.defaultSort ?? "Id";
}
