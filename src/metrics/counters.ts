/**
 * Counts what happens thousands of times a second. Labels cost a Prometheus counter more than the work it
 * counts, so such things are added up in plain numbers, and the counter takes them over when it is read.
 */
export class Tally<Key extends string> {
  readonly #amounts = new Map<Key, number>();

  add(key: Key, amount: number): void {
    this.#amounts.set(key, (this.#amounts.get(key) ?? 0) + amount);
  }

  /** Hands over what was added since the last time. */
  drain(take: (key: Key, amount: number) => void): void {
    for (const [key, amount] of this.#amounts) take(key, amount);
    this.#amounts.clear();
  }
}
