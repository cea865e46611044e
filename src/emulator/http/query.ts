import { commaList } from "../text/text.ts";

/**
 * The query of a request. Names are compared without regard to case, and `include[]` is read as `include`. Of equal
 * names the first counts, except for {@link list}.
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

  /** Returns values that are repeated, separated by commas, or both; in lower case. */
  list(name: string): string[] {
    const key = name.toLowerCase();
    const texts = this.#all.filter(([each]) => each === key).map(([, value]) => value);
    return commaList(texts.join(",").toLowerCase());
  }

  /** Whether a filter of this name accepts `value`: its {@link list} contains it, or the query has no such filter. */
  allows(name: string, value: string): boolean {
    const list = this.list(name);
    return list.length === 0 || list.includes(value.toLowerCase());
  }

  /** Returns a non-negative whole number; undefined for any other value. */
  number(name: string): number | undefined {
    const text = this.get(name);
    if (text === undefined || !/^\d{1,15}$/.test(text)) return undefined;
    return Number(text);
  }

  entries(): Iterable<[string, string]> {
    return this.#values;
  }
}
