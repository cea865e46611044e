/**
 * Counts events that happen thousands of times a second. A labelled Prometheus counter would take longer than many of
 * them, so they are summed in plain numbers, which the counter takes over when it is read.
 */
export class Counters<Key extends string> {
  readonly #amounts = new Map<Key, number>();

  add(key: Key, amount: number): void {
    this.#amounts.set(key, (this.#amounts.get(key) ?? 0) + amount);
  }

  /** Calls `take` with the sums since the last call. */
  drain(take: (key: Key, amount: number) => void): void {
    for (const [key, amount] of this.#amounts) take(key, amount);
    this.#amounts.clear();
  }
}
