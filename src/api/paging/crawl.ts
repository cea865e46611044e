import { abandonOnAbort, neverAborted } from "../../core/abort.ts";
import { BsmountError } from "../../core/errors.ts";
import type { FetchPage, KeyOf, Page } from "./page.ts";
import { PagesAhead } from "./pages-ahead.ts";
import type { CallOptions } from "../transport/rest.ts";

/*
 * One pass over a list that may change meanwhile. Offsets count the items in front, so when one of those is removed,
 * the following items move up, and a page that begins where the last one ended misses an item. Therefore each page
 * begins with the last item of the page before it: a page joins on when it contains an item that was seen before.
 * Lists are sorted by Id, so everything between that item and the end of the page is in the page. By induction, each
 * item that is in the list all the time is found, no matter when the pages were requested, also ahead. Items that were
 * seen before are left out, so each is returned once.
 *
 * A page that does not join on is requested again further in front, each time twice as far, at last from the
 * beginning, where everything joins on. The number of such steps is bounded.
 */

export interface CrawlPlan<Item> {
  readonly fetchPage: FetchPage<Item>;
  /** The list in error messages: `GET /v1pre3/…`. */
  readonly what: string;
  readonly keyOf: KeyOf<Item>;
  readonly limit: number;
  readonly maxItems: number;
  /**
   * How long all pages together may take, in milliseconds. The time that the reader spends between them does not
   * count.
   */
  readonly deadlineMs: number;
  readonly options: CallOptions;
}

/**
 * A list of a million items that loses one item for each page read needs a step for each page, that is a thousand.
 */
const MAX_STEPS_BACK = 1000;

/**
 * When many new items are inserted in front, the next page can have no new item although it lies behind everything that
 * was seen. A service that returns one such page after another ignores offsets.
 */
const MAX_BARREN_PAGES = 8;

/** Pages of one item cannot overlap. */
const MIN_OVERLAPPING_LIMIT = 2;

export class Crawl<Item> {
  readonly #what: string;
  readonly #keyOf: KeyOf<Item>;
  readonly #ahead: PagesAhead<Item>;
  readonly #seen = new Set<string>();
  readonly #maxItems: number;
  readonly #deadlineMs: number;
  readonly #timeout = new AbortController();
  #waitedMs = 0;
  #barrenPages = 0;
  /** Where the next page begins. */
  #offset = 0;
  #limit: number;
  #isDone = false;
  #stepsBack = 0;
  /** How far the next step back goes, in items. */
  #distance = 0;
  /** The service returns pages shorter than their own limit, so the next offset is known only afterwards. */
  #isIrregular = false;

  constructor({ fetchPage, what, keyOf, limit, maxItems, deadlineMs, options }: CrawlPlan<Item>) {
    this.#what = what;
    this.#keyOf = keyOf;
    this.#maxItems = maxItems;
    this.#deadlineMs = deadlineMs;
    const signal = AbortSignal.any([options.signal ?? neverAborted, this.#timeout.signal]);
    this.#ahead = new PagesAhead(fetchPage, { ...options, signal });
    this.#limit = Math.max(MIN_OVERLAPPING_LIMIT, limit);
  }

  /** The next page with new items; undefined at the end. */
  async next(): Promise<Page<Item> | undefined> {
    while (!this.#isDone) {
      const page = await this.#take();
      if (!this.#joinsOn(page)) {
        await this.#stepBack();
        continue;
      }
      this.#distance = 0;
      const items = this.#unseen(page);
      this.#checkEnd(page, items);
      await this.#advance(page);
      if (items.length > 0) return { ...page, items };
    }
    return undefined;
  }

  /** Cancels the requests under way and waits until they have ended. */
  async cancel(): Promise<void> {
    await this.#ahead.cancel();
  }

  async #take(): Promise<Page<Item>> {
    const begun = performance.now();
    const leftMs = this.#deadlineMs - this.#waitedMs;
    const timer = setTimeout(() => this.#timeout.abort(listingTimeoutError(this.#what)), leftMs);
    try {
      const page = this.#ahead.take(this.#offset, this.#limit);
      return await abandonOnAbort(page, this.#timeout.signal);
    } finally {
      clearTimeout(timer);
      this.#waitedMs += performance.now() - begun;
    }
  }

  /** Throws when the list seems to have no end. */
  #checkEnd({ items }: Page<Item>, unseen: readonly Item[]): void {
    if (this.#seen.size > this.#maxItems) {
      const problem = `${this.#what}: the list has more than ${this.#maxItems} items`;
      throw new BsmountError("too-big", problem, { remedy: "read a part of it, by its pages" });
    }
    const isBehind = this.#offset + 1 >= this.#seen.size;
    const isBarren = unseen.length === 0 && items.length > 0 && isBehind;
    this.#barrenPages = isBarren ? this.#barrenPages + 1 : 0;
    if (this.#barrenPages > MAX_BARREN_PAGES) {
      const problem = `${this.#what}: ${MAX_BARREN_PAGES} pages of the list one after the other held nothing new`;
      throw new BsmountError("unavailable", problem, {
        remedy: "check that the address is that of a BaseSpace API server",
      });
    }
  }

  #joinsOn(page: Page<Item>): boolean {
    if (page.offset === 0 || this.#overlap === 0) return true;
    return page.items.some((item, at) => this.#seen.has(this.#keyOf(item, page.offset + at)));
  }

  #unseen(page: Page<Item>): readonly Item[] {
    return page.items.filter((item, at) => {
      const key = this.#keyOf(item, page.offset + at);
      if (this.#seen.has(key)) return false;
      this.#seen.add(key);
      return true;
    });
  }

  get #overlap(): number {
    return this.#limit < MIN_OVERLAPPING_LIMIT ? 0 : 1;
  }

  async #advance(page: Page<Item>): Promise<void> {
    const { length } = page.items;
    const isFull = length >= this.#limit;
    const isClipped = !isFull && page.limit === Math.max(1, length);
    if (!isFull && !isClipped) {
      this.#isDone = isCounted(page) || length <= this.#overlap;
      this.#isIrregular = true;
    }
    if (this.#isDone) return;
    if (isClipped) this.#limit = page.limit;
    this.#offset = page.offset + Math.max(0, length - this.#overlap);
    if (!isFull) await this.#ahead.cancel();
    this.#requestAhead(page);
  }

  #requestAhead({ totalCount = 0 }: Page<Item>): void {
    if (this.#isIrregular) return;
    const step = this.#limit - this.#overlap;
    const grid = { offset: this.#offset, step, limit: this.#limit };
    // A page that contains nothing but the overlap is not worth requesting ahead.
    this.#ahead.requestFrom(grid, totalCount - this.#overlap);
  }

  async #stepBack(): Promise<void> {
    this.#stepsBack += 1;
    if (this.#stepsBack > MAX_STEPS_BACK) {
      const problem = `${this.#what}: the list changes faster than it can be read`;
      throw new BsmountError("changed", problem, {
        remedy: "try again when the list changes less often",
      });
    }
    await this.#ahead.cancel();
    this.#distance = Math.max(this.#limit, 2 * this.#distance);
    this.#offset = Math.max(0, this.#offset - this.#distance);
  }
}

function listingTimeoutError(what: string): BsmountError {
  return new BsmountError("timeout", `${what}: the list was not complete in time`, {
    remedy: "try again later, or allow more time with --listing-timeout",
  });
}

/** All items that the service counts have come. It may have counted too few, so a full page has a successor. */
function isCounted<Item>({ offset, items, totalCount }: Page<Item>): boolean {
  return totalCount !== undefined && offset + items.length >= totalCount;
}
