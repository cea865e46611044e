import type { Worker } from "node:worker_threads";
import { BsmountError, describeError } from "../../../core/errors.ts";
import { SentMemory } from "../../../core/shared-memory.ts";
import { startThread, threadModule } from "../../transport/threads.ts";
import { joinNeighbours } from "../piece-writer.ts";
import type { RangeFetcher, RangeQuery } from "../range-fetcher.ts";
import type { FromWorker, ToWorker, WorkerSettings } from "./messages.ts";
import type { WorkerOutcome } from "./range-exchange.ts";

interface Pending {
  readonly settle: (outcome: FromWorker["outcome"]) => void;
}

/** A worker that goes on dying is not started again. */
const MAX_STARTS = 4;

/**
 * Fetches ranges in a worker thread that writes straight into the memory asked for, which must be shared
 * memory. What the worker does not do, or leaves undone because it died, is `unusual`: somebody else
 * must ask again. The worker keeps the process alive only while something is under way.
 */
export class WorkerFetcher implements RangeFetcher<WorkerOutcome> {
  readonly #settings: WorkerSettings;
  readonly #entry: URL;
  readonly #pending = new Map<number, Pending>();
  #sent = new SentMemory();
  #worker: Worker | undefined;
  #starts = 0;
  #lastId = 0;
  #isClosed = false;

  /** @param entry the worker's module; tests have others */
  constructor(
    settings: WorkerSettings,
    entry: URL = threadModule(import.meta.url, "range-worker"),
  ) {
    this.#settings = settings;
    this.#entry = entry;
  }

  async fetch(query: RangeQuery, signal: AbortSignal): Promise<WorkerOutcome> {
    signal.throwIfAborted();
    if (this.#isClosed) throw closed();
    if (!query.into.every(isShared)) return unusual("memory that is not shared");
    const worker = this.#start();
    if (worker === undefined) return unusual("no worker");
    this.#lastId += 1;
    const id = this.#lastId;
    const onAbort = (): void => post(worker, { kind: "abort", id });
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      const outcome = await this.#ask(worker, id, query);
      signal.throwIfAborted();
      if (outcome.kind !== "aborted") return outcome;
      throw closed();
    } finally {
      signal.removeEventListener("abort", onAbort);
      this.#pending.delete(id);
      if (this.#pending.size === 0) worker.unref();
    }
  }

  /** Ends what is under way; waits until the thread has gone. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#worker?.terminate();
  }

  async #ask(worker: Worker, id: number, query: RangeQuery): Promise<FromWorker["outcome"]> {
    const { link, attempt: _attempt, ...rest } = query;
    const into = joinNeighbours(query.into);
    if (this.#pending.size === 0) worker.ref();
    const answered = new Promise<FromWorker["outcome"]>((settle) => {
      this.#pending.set(id, { settle });
    });
    const newBytes = this.#sent.newBytes(into);
    post(worker, { kind: "fetch", id, query: { ...rest, into, href: link.href }, newBytes });
    return await answered;
  }

  #start(): Worker | undefined {
    if (this.#worker !== undefined || this.#starts === MAX_STARTS) return this.#worker;
    this.#starts += 1;
    const worker = startThread(this.#entry, this.#settings);
    worker.unref();
    this.#sent = new SentMemory();
    worker.on("message", ({ id, outcome }: FromWorker) => this.#pending.get(id)?.settle(outcome));
    let problem = "the worker ended";
    worker.on("error", (error) => {
      problem = `the worker failed: ${describeError(error)}`;
    });
    worker.on("exit", () => this.#onExit(worker, problem));
    this.#worker = worker;
    return worker;
  }

  #onExit(worker: Worker, problem: string): void {
    if (this.#worker === worker) this.#worker = undefined;
    const outcome: FromWorker["outcome"] = this.#isClosed ? { kind: "aborted" } : unusual(problem);
    for (const { settle } of this.#pending.values()) settle(outcome);
  }
}

function isShared(piece: Uint8Array): boolean {
  return piece.buffer instanceof SharedArrayBuffer;
}

function post(worker: Worker, message: ToWorker): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  worker.postMessage(message);
}

function unusual(problem: string): WorkerOutcome {
  return { kind: "unusual", status: 0, problem };
}

function closed(): BsmountError {
  return new BsmountError("aborted", "the client is closed");
}
