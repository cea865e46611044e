import { LRUCache } from "lru-cache";
import type { Clock } from "../core/clock.ts";

const MAX_NAMES = 10_000;

/** Names that the service did not know within the last `ttlMs` milliseconds, so that they are not requested again. */
export class NegativeCache {
  readonly #clock: Clock;
  readonly #ttlMs: number;
  readonly #until = new LRUCache<string, number>({ max: MAX_NAMES });

  constructor(clock: Clock, ttlMs: number) {
    this.#clock = clock;
    this.#ttlMs = ttlMs;
  }

  has(name: string): boolean {
    return (this.#until.get(name) ?? 0) > this.#clock.now();
  }

  clear(): void {
    this.#until.clear();
  }

  add(name: string): void {
    this.#until.set(name, this.#clock.now() + this.#ttlMs);
  }
}
