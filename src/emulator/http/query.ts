import { commaList } from "../text/text.ts";

/**
 * The query of a request; names match without regard to case, and `include[]` is `include`. The first of
 * equal names counts, but for {@link list}.
 */
export class Query {
  readonly #values = new Map<string, string>();
  readonly #all: readonly (readonly [name: string, value: string])[];

  constructor(url: string) {
    const start = url.indexOf("?");
    const search = start < 0 ? "" : url.slice(start + 1);
    this.#all = [...new URLSearchParams(search)].map(([name, value]) => [
      name.toLowerCase().replace(/\[\]$/, ""),
      value,
    ]);
    for (const [key, value] of this.#all) {
      if (!this.#values.has(key)) this.#values.set(key, value);
    }
  }

  get(name: string): string | undefined {
    return this.#values.get(name.toLowerCase());
  }

  /** Values that are repeated, separated by commas, or both; in lower case. */
  list(name: string): string[] {
    const key = name.toLowerCase();
    const texts = this.#all.filter(([each]) => each === key).map(([, value]) => value);
    return commaList(texts.join(",").toLowerCase());
  }

  /** Whether {@link list} has `value`, or there is no such list: a filter that lets all pass. */
  allows(name: string, value: string): boolean {
    const list = this.list(name);
    return list.length === 0 || list.includes(value.toLowerCase());
  }

  /** A whole number that is not negative; anything else counts as not given. */
  number(name: string): number | undefined {
    const text = this.get(name);
    if (text === undefined || !/^\d{1,15}$/.test(text)) return undefined;
    return Number(text);
  }

  entries(): Iterable<[string, string]> {
    return this.#values;
  }
}
