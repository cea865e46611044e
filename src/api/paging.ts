import type { CallOptions } from "./rest.ts";

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
  /** Default and maximum 1024. */
  readonly limit?: number;
}

/** Fetches one page. */
export type FetchPage<Item> = (
  window: Required<PageWindow>,
  options: CallOptions,
) => Promise<Page<Item>>;

/** The most that the API gives at once. */
export const MAX_PAGE_LIMIT = 1024;

/** Pages under way at a time. */
const PAGES_AHEAD = 4;

/**
 * A list of the service, fetched when it is read: page by page, or item by item over all pages.
 *
 * The first page tells how many there are; the others are fetched a few at a time and handed on in
 * order. Nothing is taken on trust: a page that is shorter than it should be, or a count that is missing,
 * turns the rest into one page after the other; an empty page ends the list. A consumer that stops early
 * cancels what is under way.
 */
export class List<Item> implements AsyncIterable<Item> {
  readonly #fetchPage: FetchPage<Item>;

  constructor(fetchPage: FetchPage<Item>) {
    this.#fetchPage = fetchPage;
  }

  /** One page, as the service gives it. */
  async page(window: PageWindow = {}, options: CallOptions = {}): Promise<Page<Item>> {
    const { offset = 0, limit = MAX_PAGE_LIMIT } = window;
    return await this.#fetchPage({ offset, limit: Math.min(limit, MAX_PAGE_LIMIT) }, options);
  }

  /** All items. */
  async all(options: CallOptions = {}): Promise<Item[]> {
    const items: Item[] = [];
    for await (const page of this.pages(options)) items.push(...page.items);
    return items;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for await (const page of this.pages()) yield* page.items;
  }

  /** All pages that have items, in order. */
  async *pages(options: CallOptions = {}): AsyncGenerator<Page<Item>, void, undefined> {
    const crawl = new Crawl((window, inner) => this.page(window, inner), options);
    try {
      for (let page = await crawl.next(); page !== undefined; page = await crawl.next()) yield page;
    } finally {
      await crawl.cancel();
    }
  }
}

interface PageUnderWay<Item> {
  readonly limit: number;
  readonly page: Promise<Page<Item>>;
}

/** One pass over a list: which pages are under way, and where the next one begins. */
class Crawl<Item> {
  readonly #fetchPage: FetchPage<Item>;
  readonly #options: CallOptions;
  #cancellation = new AbortController();
  #underWay: PageUnderWay<Item>[] = [];
  /** Where the page after the last one handed on begins. */
  #offset = 0;
  /** Where the page after the last one asked for begins. */
  #asked = 0;
  #total: number | undefined;
  #limit = MAX_PAGE_LIMIT;
  /** The last page had as many items as were asked for. */
  #wasFull = true;
  /** Pages are shorter than their own limit: where the next one begins is known only afterwards. */
  #isIrregular = false;

  constructor(fetchPage: FetchPage<Item>, options: CallOptions) {
    this.#fetchPage = fetchPage;
    this.#options = options;
  }

  /** The next page with items; undefined at the end. */
  async next(): Promise<Page<Item> | undefined> {
    if (this.#isCounted && !this.#wasFull) return undefined;
    if (this.#underWay.length === 0) this.#ask();
    const asked = this.#underWay.shift();
    const page = await asked?.page;
    if (asked === undefined || page === undefined || page.items.length === 0) return undefined;
    this.#offset += page.items.length;
    this.#total = page.totalCount;
    this.#wasFull = page.items.length >= asked.limit;
    if (page.items.length < asked.limit) await this.#realign(page);
    if (!this.#isIrregular) this.#askAhead();
    return page;
  }

  /** As many as the service counts have come. It may have counted too few, so a full page has a successor. */
  get #isCounted(): boolean {
    return this.#total !== undefined && this.#offset >= this.#total;
  }

  /** Gives up what is under way and waits until it has ended. */
  async cancel(): Promise<void> {
    this.#cancellation.abort(new DOMException("the list is no longer read", "AbortError"));
    await Promise.allSettled(this.#underWay.map(({ page }) => page));
    this.#underWay = [];
  }

  /** What was asked for ahead does not join on to a short page, so it is asked for anew. */
  async #realign(page: Page<Item>): Promise<void> {
    const isClipped = page.limit < this.#limit && page.items.length === page.limit;
    if (isClipped) this.#limit = page.limit;
    else this.#isIrregular = true;
    if (this.#underWay.length > 0) {
      await this.cancel();
      this.#cancellation = new AbortController();
    }
    this.#asked = this.#offset;
  }

  #askAhead(): void {
    while (this.#underWay.length < PAGES_AHEAD && this.#asked < (this.#total ?? 0)) this.#ask();
  }

  #ask(): void {
    const { signal } = this.#cancellation;
    const whole = this.#options.signal;
    const options = {
      ...this.#options,
      signal: whole === undefined ? signal : AbortSignal.any([whole, signal]),
    };
    const page = this.#fetchPage({ offset: this.#asked, limit: this.#limit }, options);
    page.catch(() => {});
    this.#underWay.push({ limit: this.#limit, page });
    this.#asked += this.#limit;
  }
}
