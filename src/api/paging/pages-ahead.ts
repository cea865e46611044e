import type { FetchPage, Page } from "./page.ts";
import type { CallOptions } from "../transport/rest.ts";

/** How many pages are requested at a time. */
const PAGES_AHEAD = 4;

interface PageUnderWay<Item> {
  readonly offset: number;
  readonly limit: number;
  readonly page: Promise<Page<Item>>;
}

/** Where pages begin: at `offset`, and then every `step` items. */
export interface PageGrid {
  readonly offset: number;
  readonly step: number;
  readonly limit: number;
}

/** The pages of a crawl that were requested and not yet read. */
export class PagesAhead<Item> {
  readonly #fetchPage: FetchPage<Item>;
  readonly #options: CallOptions;
  #cancellation = new AbortController();
  #underWay: PageUnderWay<Item>[] = [];

  constructor(fetchPage: FetchPage<Item>, options: CallOptions) {
    this.#fetchPage = fetchPage;
    this.#options = options;
  }

  /** The page at `offset`, requested ahead or now. */
  async take(offset: number, limit: number): Promise<Page<Item>> {
    const [first] = this.#underWay;
    if (first?.offset !== offset || first.limit !== limit) {
      await this.cancel();
      this.#request(offset, limit);
    }
    const [taken] = this.#underWay.splice(0, 1);
    if (taken === undefined) throw new Error("no page was asked for");
    return await taken.page;
  }

  /** Requests pages from `grid.offset` on, none that would begin at `end` or after it. */
  requestFrom({ offset, step, limit }: PageGrid, end: number): void {
    const last = this.#underWay.at(-1);
    let next = last === undefined ? offset : last.offset + step;
    for (; this.#underWay.length < PAGES_AHEAD && next < end; next += step)
      this.#request(next, limit);
  }

  /** Cancels the requests under way and waits until they have ended. */
  async cancel(): Promise<void> {
    if (this.#underWay.length === 0) return;
    this.#cancellation.abort(new DOMException("the list is no longer read", "AbortError"));
    await Promise.allSettled(this.#underWay.map(({ page }) => page));
    this.#underWay = [];
    this.#cancellation = new AbortController();
  }

  #request(offset: number, limit: number): void {
    const { signal } = this.#cancellation;
    const whole = this.#options.signal;
    const options = {
      ...this.#options,
      signal: whole === undefined ? signal : AbortSignal.any([whole, signal]),
    };
    const page = this.#fetchPage({ offset, limit }, options);
    page.catch(() => {});
    this.#underWay.push({ offset, limit, page });
  }
}
