import type { Worker } from "node:worker_threads";
import { BsmountError } from "../../core/errors.ts";
import { SentMemory } from "../../core/shared-memory.ts";
import { startThread, threadModule } from "../transport/threads.ts";
import { md5OfBytes } from "./md5-of-bytes.ts";
import { type DigestOf, FileDigests } from "./file-digests.ts";

/** A request to the thread: for the MD5 of some bytes, or for digests of a file that comes piece by piece. */
export type DigestRequest =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "begin"; readonly file: number; readonly wanted: readonly DigestOf[] }
  | { readonly kind: "add"; readonly file: number; readonly bytes: Uint8Array }
  | { readonly kind: "end" | "drop"; readonly file: number };

export type NumberedRequest = DigestRequest & {
  readonly id: number;
  /** Bytes of memory that the thread has not seen before, for it to count. */
  readonly newBytes: number;
};

export interface DigestResponse {
  readonly id: number;
  readonly md5s: readonly string[];
}

/** The digests of one file, computed while its bytes come. Disposing drops digests that were not ended. */
export interface RunningDigests extends AsyncDisposable {
  /**
   * Adds the next bytes, which must not change before the promise settles.
   * @throws BsmountError `unavailable` when the thread has died
   */
  add(bytes: Uint8Array): Promise<void>;
  /** As {@link FileDigests.end}. @throws as {@link add} */
  end(): Promise<readonly string[]>;
}

/** Shorter bytes are hashed faster than a thread responds. */
const SHORT_BYTES = 256 * 1024;

/**
 * Computes MD5s, those of long bodies in a thread: sixteen megabytes take as many milliseconds, in which the calling
 * thread could do nothing else. Only shared memory is sent to the thread, as other memory would be copied. The
 * thread keeps the process alive only while a request is under way. When it fails, the calling thread does the work.
 */
export class Md5Thread {
  readonly #pending = new Map<number, (md5s: readonly string[] | undefined) => void>();
  readonly #sent = new SentMemory();
  #worker: Worker | undefined;
  #hasFailed = false;
  #lastId = 0;
  #lastFile = 0;

  /** The MD5 of `bytes`, in lower-case hex. They must not change until the promise settles. */
  async md5(bytes: Uint8Array): Promise<string> {
    const isForThread = bytes.length >= SHORT_BYTES && bytes.buffer instanceof SharedArrayBuffer;
    const md5s = isForThread ? await this.#request({ kind: "bytes", bytes }) : undefined;
    return md5s?.[0] ?? (await md5OfBytes(bytes));
  }

  /** Begins the digests of a file of `sizeBytes`; those of a short one are computed on the calling thread. */
  async digests(wanted: readonly DigestOf[], sizeBytes: number): Promise<RunningDigests> {
    this.#lastFile += 1;
    const file = this.#lastFile;
    const isThere =
      sizeBytes >= SHORT_BYTES &&
      (await this.#request({ kind: "begin", file, wanted })) !== undefined;
    return isThere ? this.#inThread(file) : onCallingThread(wanted);
  }

  /** Requests under way are completed by the calling thread. */
  async close(): Promise<void> {
    this.#hasFailed = true;
    await this.#worker?.terminate();
  }

  #inThread(file: number): RunningDigests {
    const askOf = async (question: DigestRequest): Promise<readonly string[]> => {
      const md5s = await this.#request(question);
      if (md5s !== undefined) return md5s;
      const problem = "the MD5 of a file is not known: the thread that computes it has ended";
      throw new BsmountError("unavailable", problem, { remedy: "try again" });
    };
    return {
      add: async (bytes) => void (await askOf({ kind: "add", file, bytes })),
      end: async () => await askOf({ kind: "end", file }),
      [Symbol.asyncDispose]: async () => void (await this.#request({ kind: "drop", file })),
    };
  }

  /** Undefined when the thread does not respond. */
  async #request(question: DigestRequest): Promise<readonly string[] | undefined> {
    if (this.#hasFailed) return undefined;
    const worker = (this.#worker ??= this.#start());
    this.#lastId += 1;
    const newBytes = "bytes" in question ? this.#sent.newBytes([question.bytes]) : 0;
    const asked: NumberedRequest = { ...question, id: this.#lastId, newBytes };
    if (this.#pending.size === 0) worker.ref();
    const response = new Promise<readonly string[] | undefined>((settle) => {
      this.#pending.set(asked.id, settle);
    });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    worker.postMessage(asked);
    try {
      return await response;
    } finally {
      this.#pending.delete(asked.id);
      if (this.#pending.size === 0) worker.unref();
    }
  }

  #start(): Worker {
    const worker = startThread(threadModule(import.meta.url, "md5-worker"));
    worker.unref();
    worker.on("message", ({ id, md5s }: DigestResponse) => this.#pending.get(id)?.(md5s));
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

function onCallingThread(wanted: readonly DigestOf[]): RunningDigests {
  const digests = new FileDigests(wanted);
  return {
    add: async (bytes) => digests.update(bytes),
    end: async () => digests.end(),
    [Symbol.asyncDispose]: async () => {},
  };
}
