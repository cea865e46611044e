import type { Worker } from "node:worker_threads";
import { SentMemory } from "../../core/shared-memory.ts";
import { startThread, threadModule } from "../thread.ts";
import { md5OfBytes } from "./md5-of-bytes.ts";

export interface Digest {
  readonly id: number;
  readonly bytes: Uint8Array;
  /** Of the memory behind them, for the thread to count. */
  readonly newBytes: number;
}

export interface Digested {
  readonly id: number;
  readonly md5: string;
}

/** Less than this is digested sooner than a thread is asked. */
const SHORT_BYTES = 256 * 1024;

/**
 * Computes MD5s, those of long bodies in a thread of its own: sixteen megabytes take as many milliseconds,
 * in which the calling thread would answer nobody. Only shared memory goes to the thread, the rest would be
 * copied. The thread keeps the process alive only while something is under way; when it fails, the calling
 * thread does the work.
 */
export class Md5Thread {
  readonly #pending = new Map<number, (md5: string | undefined) => void>();
  readonly #sent = new SentMemory();
  #worker: Worker | undefined;
  #hasFailed = false;
  #lastId = 0;

  /** The MD5 of `bytes`, which must not change until it is there, in lower-case hex. */
  async md5(bytes: Uint8Array): Promise<string> {
    const isForThread = bytes.length >= SHORT_BYTES && bytes.buffer instanceof SharedArrayBuffer;
    const md5 = isForThread && !this.#hasFailed ? await this.#ask(bytes) : undefined;
    return md5 ?? (await md5OfBytes(bytes));
  }

  /** What is under way is done by the calling thread. */
  async close(): Promise<void> {
    this.#hasFailed = true;
    await this.#worker?.terminate();
  }

  async #ask(bytes: Uint8Array): Promise<string | undefined> {
    const worker = (this.#worker ??= this.#start());
    this.#lastId += 1;
    const digest: Digest = { id: this.#lastId, bytes, newBytes: this.#sent.newBytes([bytes]) };
    if (this.#pending.size === 0) worker.ref();
    const answered = new Promise<string | undefined>((settle) => {
      this.#pending.set(digest.id, settle);
    });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    worker.postMessage(digest);
    try {
      return await answered;
    } finally {
      this.#pending.delete(digest.id);
      if (this.#pending.size === 0) worker.unref();
    }
  }

  #start(): Worker {
    const worker = startThread(threadModule(import.meta.url, "md5-worker"));
    worker.unref();
    worker.on("message", ({ id, md5 }: Digested) => this.#pending.get(id)?.(md5));
    worker.on("error", () => {
      this.#hasFailed = true;
    });
    worker.on("exit", () => {
      this.#hasFailed = true;
      for (const settle of this.#pending.values()) settle(undefined);
    });
    return worker;
  }
}
