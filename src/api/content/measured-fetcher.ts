import { performance } from "node:perf_hooks";
import { rangeLength } from "../../core/byte-range.ts";
import { requests } from "../../core/telemetry.ts";
import type { RangeFetcher, RangeOutcome, RangeQuery, Unusual } from "./range-fetcher.ts";

/** Publishes each attempt of the fetcher inside. */
export class MeasuredFetcher<
  Outcome extends RangeOutcome | Unusual,
> implements RangeFetcher<Outcome> {
  readonly #inner: RangeFetcher<Outcome>;

  constructor(inner: RangeFetcher<Outcome>) {
    this.#inner = inner;
  }

  async fetch(query: RangeQuery, signal: AbortSignal): Promise<Outcome> {
    if (!requests.active) return await this.#inner.fetch(query, signal);
    const startedAt = performance.now();
    let outcome: Outcome | undefined;
    try {
      outcome = await this.#inner.fetch(query, signal);
      return outcome;
    } finally {
      publish(query, outcome, performance.now() - startedAt);
    }
  }

  async close(): Promise<void> {
    await this.#inner.close();
  }
}

function publish(
  query: RangeQuery,
  outcome: RangeOutcome | Unusual | undefined,
  durationMs: number,
): void {
  requests.publish({
    target: "store",
    method: "GET",
    path: "/content",
    status: outcome === undefined || outcome.kind === "broken" ? 0 : outcome.status,
    durationMs,
    bytesIn: outcome?.kind === "taken" ? rangeLength(query.range) : 0,
    bytesOut: 0,
    attempt: query.attempt,
  });
}
