import { abandonOnAbort, neverAborted } from "../../core/abort.ts";
import { BsmountError } from "../../core/errors.ts";
import type { FetchPage, Page } from "./page.ts";
import { PagesAhead } from "./pages-ahead.ts";
import type { CallOptions } from "../transport/rest.ts";

/*
 * One pass over a list that may change meanwhile. Offsets count what is in front, so when something there
 * goes, what follows moves up, and a page that begins where the last one ended misses it. Therefore each
 * page begins with the last item of the page before it: a page joins on when it holds something that has
 * been seen. Lists are sorted by Id, so whatever lies between that and the page's end is in the page, and
 * by induction each item that is there all the time is found, whenever the pages were asked for; what has
 * been seen is left out, so it is found once. That also holds for pages that were asked for ahead.
 *
 * A page that does not join on is asked for again further in front, each time twice as far, at last from
 * the beginning, where everything joins on. How often is bounded.
 */

export interface CrawlPlan<Item> {
  readonly fetchPage: FetchPage<Item>;
  /** For people: `GET /v1pre3/…`. */
  readonly what: string;
  readonly keyOf: (item: Item) => string;
  readonly limit: number;
  readonly maxItems: number;
  /** For all of its pages together, in milliseconds; what the reader does between them does not count. */
  readonly deadlineMs: number;
  readonly options: CallOptions;
}

/** A list of a million items that loses one for each page read needs a step a page, that is a thousand. */
const MAX_STEPS_BACK = 1000;

/**
 * A page that lies behind all that was seen, and holds nothing new, comes of many items that are new in front. A
 * service that sends one such page after the other takes no notice of offsets.
 */
const MAX_BARREN_PAGES = 8;

/** A page of one cannot overlap. */
const MIN_OVERLAPPING_LIMIT = 2;

export class Crawl<Item> {
  readonly #what: string;
  readonly #keyOf: (item: Item) => string;
  readonly #ahead: PagesAhead<Item>;
  readonly #seen = new Set<string>();
  readonly #maxItems: number;
  readonly #deadlineMs: number;
  readonly #late = new AbortController();
  #waitedMs = 0;
  #barrenPages = 0;
  /** Where the next page begins. */
  #offset = 0;
  #limit: number;
  #isDone = false;
  #stepsBack = 0;
  /** How far the next step back goes. */
  #distance = 0;
  /** Pages are shorter than their own limit: where the next one begins is known only afterwards. */
  #isIrregular = false;

  constructor({ fetchPage, what, keyOf, limit, maxItems, deadlineMs, options }: CrawlPlan<Item>) {
    this.#what = what;
    this.#keyOf = keyOf;
    this.#maxItems = maxItems;
    this.#deadlineMs = deadlineMs;
    const signal = AbortSignal.any([options.signal ?? neverAborted, this.#late.signal]);
    this.#ahead = new PagesAhead(fetchPage, { ...options, signal });
    this.#limit = Math.max(MIN_OVERLAPPING_LIMIT, limit);
  }

  /** The next page with items that are new; undefined at the end. */
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

  /** Gives up what is under way and waits until it has ended. */
  async cancel(): Promise<void> {
    await this.#ahead.cancel();
  }

  async #take(): Promise<Page<Item>> {
    const begun = performance.now();
    const leftMs = this.#deadlineMs - this.#waitedMs;
    const timer = setTimeout(() => this.#late.abort(tooLate(this.#what)), leftMs);
    try {
      const page = this.#ahead.take(this.#offset, this.#limit);
      return await abandonOnAbort(page, this.#late.signal);
    } finally {
      clearTimeout(timer);
      this.#waitedMs += performance.now() - begun;
    }
  }

  /** A list has an end, whatever the service says. */
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
    return page.items.some((item) => this.#seen.has(this.#keyOf(item)));
  }

  #unseen(page: Page<Item>): readonly Item[] {
    return page.items.filter((item) => {
      const key = this.#keyOf(item);
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
    this.#askAhead(page);
  }

  #askAhead({ totalCount = 0 }: Page<Item>): void {
    if (this.#isIrregular) return;
    const step = this.#limit - this.#overlap;
    const grid = { offset: this.#offset, step, limit: this.#limit };
    // A page that holds nothing but the overlap is not worth asking for ahead.
    this.#ahead.askFrom(grid, totalCount - this.#overlap);
  }

  async #stepBack(): Promise<void> {
    this.#stepsBack += 1;
    if (this.#stepsBack > MAX_STEPS_BACK) {
      const problem = `${this.#what}: the list changes faster than it can be read`;
      throw new BsmountError("changed", problem, {
        remedy: "read it again when there is less going on",
      });
    }
    await this.#ahead.cancel();
    this.#distance = Math.max(this.#limit, 2 * this.#distance);
    this.#offset = Math.max(0, this.#offset - this.#distance);
  }
}

function tooLate(what: string): BsmountError {
  return new BsmountError("timeout", `${what}: the list did not come to its end in time`, {
    remedy: "ask again when the service is faster, or give it more with --listing-timeout",
  });
}

/** As many as the service counts have come. It may have counted too few, so a full page has a successor. */
function isCounted<Item>({ offset, items, totalCount }: Page<Item>): boolean {
  return totalCount !== undefined && offset + items.length >= totalCount;
}
