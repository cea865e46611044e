import type { CallOptions } from "../transport/rest.ts";

/** What one answer of a list holds. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Of the first item, counted from 0. */
  readonly offset: number;
  /** As the service took it; it may be less than what was asked. */
  readonly limit: number;
  /** Items in the whole list as the service counts them; some lists do not say. */
  readonly totalCount: number | undefined;
}

export interface PageWindow {
  /** Default 0. */
  readonly offset?: number;
  /** Default and maximum 1024; 0 only counts. */
  readonly limit?: number;
}

/** Fetches one page. */
export type FetchPage<Item> = (
  window: Required<PageWindow>,
  options: CallOptions,
) => Promise<Page<Item>>;

/** The most that the API gives at once. */
export const MAX_PAGE_LIMIT = 1024;
