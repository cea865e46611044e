import type { Logger } from "../../core/logger.ts";
import type { RangeFetcher, RangeOutcome, RangeQuery, Unusual } from "./range-fetcher.ts";

/** Uses a fast fetcher, and another one for responses that are unusual to the first. */
export class FallbackFetcher implements RangeFetcher {
  readonly #fast: RangeFetcher<RangeOutcome | Unusual>;
  readonly #thorough: RangeFetcher;
  readonly #logger: Logger;
  readonly #reported = new Set<string>();

  constructor(fast: RangeFetcher<RangeOutcome | Unusual>, thorough: RangeFetcher, logger: Logger) {
    this.#fast = fast;
    this.#thorough = thorough;
    this.#logger = logger;
  }

  async fetch(query: RangeQuery, signal: AbortSignal): Promise<RangeOutcome> {
    const outcome = await this.#fast.fetch(query, signal);
    if (outcome.kind !== "unusual") return outcome;
    this.#report(outcome);
    return await this.#thorough.fetch(query, signal);
  }

  /** Only the first case of each kind is a warning, as it costs nothing but speed. */
  #report({ status, problem }: Unusual): void {
    const level = status !== 0 || this.#reported.has(problem) ? "debug" : "warn";
    this.#reported.add(problem);
    this.#logger[level]({ status, problem }, "a range is fetched on the calling thread");
  }

  async close(): Promise<void> {
    await Promise.all([this.#fast.close(), this.#thorough.close()]);
  }
}
