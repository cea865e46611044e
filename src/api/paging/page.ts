import type { CallOptions } from "../transport/rest.ts";

/** One response to a list request. */
export interface Page<Item> {
  /** The items, in the order of the list. */
  readonly items: readonly Item[];
  /** The offset of the first item, from 0. */
  readonly offset: number;
  /** The limit that the service applied; it may be less than the requested one. */
  readonly limit: number;
  /** How many items the whole list has, according to the service; some lists do not say. */
  readonly totalCount: number | undefined;
}

/** The part of a list that one page has. */
export interface PageWindow {
  /** Default 0. */
  readonly offset?: number;
  /** Default and maximum 1024, of variants 1000; 0 only counts. */
  readonly limit?: number;
}

/** Fetches one page. */
export type FetchPage<Item> = (
  window: Required<PageWindow>,
  options: CallOptions,
) => Promise<Page<Item>>;

/** Returns what distinguishes an item from all others of its list; `index` is its number in the list, from 0. */
export type KeyOf<Item> = (item: Item, index: number) => string;

/** The highest limit of the API. */
export const MAX_PAGE_LIMIT = 1024;
