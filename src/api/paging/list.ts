/*
 * Begin here: `paging/` reads lists. A resource returns a `List`; reading it runs a `Crawl` (`crawl.ts`), which
 * returns each item once although the list may change meanwhile, and fetches pages ahead (`pages-ahead.ts`). `page.ts`
 * is one page, `list-parameters.ts` the table of how a list can be sorted and filtered. `resources/version-client.ts`
 * makes lists.
 */

import { Crawl } from "./crawl.ts";
import { checkNumber } from "./list-parameters.ts";
import { type FetchPage, type KeyOf, MAX_PAGE_LIMIT, type Page, type PageWindow } from "./page.ts";
import type { CallOptions } from "../transport/rest.ts";

/** Options for reading a whole list. */
export interface CrawlOptions extends CallOptions {
  /** Items per request, 1 to 1024; of variants at most 1000. Default: as many as possible. */
  readonly pageSize?: number;
  /** A longer list is an error. Default 1 000 000. */
  readonly maxItems?: number;
  /** How long all pages together may take, in milliseconds. Default 600 000. */
  readonly deadlineMs?: number;
}

const MAX_ITEMS = 1_000_000;
const DEADLINE_MS = 600_000;

/**
 * A list of the service, fetched while it is read: page by page, or item by item over all pages.
 *
 * The first page says how many items there are; the others are fetched a few at a time and returned in order. The
 * list may change meanwhile: see `crawl.ts`. A consumer that stops early cancels the requests under way.
 */
export class List<Item> implements AsyncIterable<Item> {
  readonly #fetchPage: FetchPage<Item>;
  readonly #keyOf: KeyOf<Item>;
  readonly #what: string;
  readonly #maxLimit: number;

  /**
   * `keyOf` returns what distinguishes an item from all others of the list; `what` names the list in errors: `GET
   * /v1pre3/…`; `maxLimit` is the highest limit of a page.
   */
  constructor(
    fetchPage: FetchPage<Item>,
    keyOf: KeyOf<Item>,
    what: string,
    maxLimit: number = MAX_PAGE_LIMIT,
  ) {
    this.#fetchPage = fetchPage;
    this.#keyOf = keyOf;
    this.#what = what;
    this.#maxLimit = maxLimit;
  }

  /** One page, as the service returns it. @throws BsmountError `usage` for an impossible window */
  async page(window: PageWindow = {}, options: CallOptions = {}): Promise<Page<Item>> {
    const { offset = 0, limit = this.#maxLimit } = window;
    checkNumber("offset", offset);
    checkNumber("limit", limit, this.#maxLimit);
    return await this.#fetchPage({ offset, limit }, options);
  }

  /** All items. */
  async all(options: CrawlOptions = {}): Promise<Item[]> {
    const items: Item[] = [];
    for await (const page of this.pages(options)) for (const item of page.items) items.push(item);
    return items;
  }

  /** All items, one by one. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    yield* this.items();
  }

  /** All items, one by one; as `for await (const item of list)`, with options. */
  async *items(options: CrawlOptions = {}): AsyncGenerator<Item, void, undefined> {
    for await (const page of this.pages(options)) yield* page.items;
  }

  /**
   * All items in order, page by page. Each item comes once, so a page may have fewer items than requested.
   * @throws BsmountError `changed` when the list changes faster than it can be read, `too-big`, `timeout`;
   * `unavailable` when the service repeats pages without end
   */
  async *pages(options: CrawlOptions = {}): AsyncGenerator<Page<Item>, void, undefined> {
    const {
      pageSize = this.#maxLimit,
      maxItems = MAX_ITEMS,
      deadlineMs = DEADLINE_MS,
      ...call
    } = options;
    checkNumber("pageSize", pageSize - 1, this.#maxLimit - 1);
    const crawl = new Crawl({
      fetchPage: this.#fetchPage,
      what: this.#what,
      keyOf: this.#keyOf,
      limit: pageSize,
      maxItems,
      deadlineMs,
      options: call,
    });
    try {
      for (let page = await crawl.next(); page !== undefined; page = await crawl.next()) yield page;
    } finally {
      await crawl.cancel();
    }
  }
}
