/*
 * Begin here: `worker/` fetches ranges in a thread, straight into the memory of the reader. `WorkerFetcher` starts the
 * thread and exchanges `messages.ts` with it. In the thread, `range-worker.ts` gives each range a connection
 * (`connection-pool.ts`, `connection.ts`); `range-exchange.ts` and `response-head.ts` are the HTTP/1 that it speaks.
 * `../create-fetcher.ts` combines it with undici, which repeats what the thread does not support.
 */

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

/** A worker that keeps failing is not started again. */
const MAX_STARTS = 4;

/**
 * Fetches ranges in a worker thread that writes directly into the given memory, which must be shared. What the
 * worker does not support, or left undone because it died, is `unusual`: another fetcher must repeat it. The worker
 * keeps the process alive only while a request is under way.
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

  /** @param entry the module of the worker; tests use others */
  constructor(
    settings: WorkerSettings,
    entry: URL = threadModule(import.meta.url, "range-worker"),
  ) {
    this.#settings = settings;
    this.#entry = entry;
  }

  async fetch(query: RangeQuery, signal: AbortSignal): Promise<WorkerOutcome> {
    signal.throwIfAborted();
    if (this.#isClosed) throw clientClosedError();
    if (!query.into.every(isShared)) return unusual("memory that is not shared");
    const worker = this.#start();
    if (worker === undefined) return unusual("no worker");
    this.#lastId += 1;
    const id = this.#lastId;
    const onAbort = (): void => post(worker, { kind: "abort", id });
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      const outcome = await this.#send(worker, id, query);
      signal.throwIfAborted();
      if (outcome.kind !== "aborted") return outcome;
      throw clientClosedError();
    } finally {
      signal.removeEventListener("abort", onAbort);
      this.#pending.delete(id);
      if (this.#pending.size === 0) worker.unref();
    }
  }

  /** Ends all requests and waits until the thread has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#worker?.terminate();
  }

  async #send(worker: Worker, id: number, query: RangeQuery): Promise<FromWorker["outcome"]> {
    const { link, attempt: _attempt, ...rest } = query;
    const into = joinNeighbours(query.into);
    if (this.#pending.size === 0) worker.ref();
    const response = new Promise<FromWorker["outcome"]>((settle) => {
      this.#pending.set(id, { settle });
    });
    const newBytes = this.#sent.newBytes(into);
    post(worker, { kind: "fetch", id, query: { ...rest, into, href: link.href }, newBytes });
    return await response;
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

function clientClosedError(): BsmountError {
  return new BsmountError("aborted", "the client is closed");
}
