import { performance } from "node:perf_hooks";
import { rangeLength } from "../../core/byte-range.ts";
import type { Logger } from "../../core/logger.ts";
import type { RequestMessage } from "../../core/telemetry.ts";
import { isObserved, publishRequest } from "../transport/telemetry.ts";
import type { RangeFetcher, RangeOutcome, RangeQuery, Unusual } from "./range-fetcher.ts";

/** Publishes each attempt of the fetcher inside, and logs it at level debug. */
export class TelemetryFetcher<
  Outcome extends RangeOutcome | Unusual,
> implements RangeFetcher<Outcome> {
  readonly #inner: RangeFetcher<Outcome>;
  readonly #logger: Logger;

  constructor(inner: RangeFetcher<Outcome>, logger: Logger) {
    this.#inner = inner;
    this.#logger = logger;
  }

  async fetch(query: RangeQuery, signal: AbortSignal): Promise<Outcome> {
    if (!isObserved(this.#logger)) return await this.#inner.fetch(query, signal);
    const startedAt = performance.now();
    let outcome: Outcome | undefined;
    try {
      outcome = await this.#inner.fetch(query, signal);
      return outcome;
    } finally {
      publishRequest(messageOf(query, outcome, performance.now() - startedAt), this.#logger);
    }
  }

  async close(): Promise<void> {
    await this.#inner.close();
  }
}

function messageOf(
  query: RangeQuery,
  outcome: RangeOutcome | Unusual | undefined,
  durationMs: number,
): RequestMessage {
  return {
    target: "store",
    method: "GET",
    path: "/content",
    status: outcome === undefined || outcome.kind === "broken" ? 0 : outcome.status,
    durationMs,
    bytesIn: outcome?.kind === "taken" ? rangeLength(query.range) : 0,
    bytesOut: 0,
    attempt: query.attempt,
  };
}
