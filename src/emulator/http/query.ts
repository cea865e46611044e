/** The query of a request; names match without regard to case, the first of equal names counts. */
export class Query {
  readonly #values = new Map<string, string>();

  constructor(url: string) {
    const start = url.indexOf("?");
    const search = start < 0 ? "" : url.slice(start + 1);
    for (const [name, value] of new URLSearchParams(search)) {
      const key = name.toLowerCase();
      if (!this.#values.has(key)) this.#values.set(key, value);
    }
  }

  get(name: string): string | undefined {
    return this.#values.get(name.toLowerCase());
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
