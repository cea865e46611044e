/*
 * Begin here: `metrics/` sums what the layers publish as telemetry (`core/telemetry.ts`). `definitions.ts` has the
 * metrics, `counters.ts` makes the frequent ones cheap. A session has one collector; a mount returns its snapshot
 * (`metricsAt` in `mount/`), which the demo prints.
 */

import { Registry } from "prom-client";
import * as telemetry from "../core/telemetry.ts";
import { defineInstruments, type Instruments } from "./definitions.ts";
import { Counters } from "./counters.ts";

/** Totals since the collector was created; bytes are body bytes. */
export interface MetricsSnapshot {
  readonly apiRequests: number;
  readonly storeRequests: number;
  readonly apiBytes: number;
  readonly storeBytes: number;
  /** Body bytes sent to the API, mostly uploads. */
  readonly sentBytes: number;
  /** Bytes that reads returned. */
  readonly readBytes: number;
  readonly operations: number;
  readonly blocks: Readonly<Record<telemetry.BlockMessage["outcome"], number>>;
  readonly listings: Readonly<Record<telemetry.ListingMessage["outcome"], number>>;
}

/** Sums up the telemetry messages of the layers until it is disposed. `session/` creates it. */
export class MetricsCollector implements Disposable {
  readonly #registry = new Registry();
  readonly #instruments: Instruments = defineInstruments(this.#registry);
  readonly #blocks = new Counters<telemetry.BlockMessage["outcome"]>();
  /** The operations that succeeded, by name. */
  readonly #operations = new Counters<string>();
  readonly #readBytes = new Counters<"total">();
  readonly #unsubscribe: readonly (() => void)[];

  constructor() {
    this.#unsubscribe = [
      telemetry.requests.subscribe((message) => this.#onRequest(message)),
      telemetry.blocks.subscribe(({ outcome, blocks }) => this.#blocks.add(outcome, blocks)),
      telemetry.listings.subscribe(({ outcome }) => this.#instruments.listings.inc({ outcome })),
      telemetry.operations.subscribe((message) => this.#onOperation(message)),
    ];
  }

  /** All metrics in Prometheus' text format. */
  async prometheus(): Promise<string> {
    this.#takeOver();
    return await this.#registry.metrics();
  }

  async snapshot(): Promise<MetricsSnapshot> {
    this.#takeOver();
    const { requests, receivedBytes, sentBytes, readBytes, operations, blocks, listings } =
      this.#instruments;
    const [asked, received, sent, read, done, block, listing] = await Promise.all(
      [requests, receivedBytes, sentBytes, readBytes, operations, blocks, listings].map(
        async (counter) => (await counter.get()).values as readonly Sample[],
      ),
    );
    const byOutcome = (samples: readonly Sample[] | undefined, outcome: string): number =>
      total(samples, "outcome", outcome);
    return {
      apiRequests: total(asked, "target", "api"),
      storeRequests: total(asked, "target", "store"),
      apiBytes: total(received, "target", "api"),
      storeBytes: total(received, "target", "store"),
      sentBytes: total(sent),
      readBytes: total(read),
      operations: total(done),
      blocks: {
        hit: byOutcome(block, "hit"),
        miss: byOutcome(block, "miss"),
        shared: byOutcome(block, "shared"),
        prefetch: byOutcome(block, "prefetch"),
        wasted: byOutcome(block, "wasted"),
      },
      listings: {
        hit: byOutcome(listing, "hit"),
        miss: byOutcome(listing, "miss"),
        shared: byOutcome(listing, "shared"),
      },
    };
  }

  [Symbol.dispose](): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#registry.clear();
  }

  #onRequest({ target, status, bytesIn, bytesOut }: telemetry.RequestMessage): void {
    this.#instruments.requests.inc({ target, status: String(status) });
    this.#instruments.receivedBytes.inc({ target }, bytesIn);
    this.#instruments.sentBytes.inc({ target }, bytesOut);
  }

  #onOperation({ operation, errno, durationMs, bytes }: telemetry.OperationMessage): void {
    if (errno === 0) this.#operations.add(operation, 1);
    else this.#instruments.operations.inc({ operation, errno: String(errno) });
    this.#instruments.operationSeconds.observe({ operation }, durationMs / 1000);
    if (bytes > 0) this.#readBytes.add("total", bytes);
  }

  /** Moves the sums into the Prometheus counters. */
  #takeOver(): void {
    const { blocks, operations, readBytes } = this.#instruments;
    this.#blocks.drain((outcome, count) => blocks.inc({ outcome }, count));
    this.#operations.drain((operation, count) => operations.inc({ operation, errno: "0" }, count));
    this.#readBytes.drain((_total, bytes) => readBytes.inc(bytes));
  }
}

interface Sample {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number | undefined>>;
}

function total(samples: readonly Sample[] = [], label?: string, wanted?: string): number {
  return samples
    .filter((sample) => label === undefined || sample.labels[label] === wanted)
    .reduce((sum, sample) => sum + sample.value, 0);
}
