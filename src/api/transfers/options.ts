import type { ByteBudget } from "../../core/byte-budget.ts";
import type { CallOptions } from "../transport/rest.ts";

export interface Progress {
  /** Bytes that are done, those of an earlier attempt included. */
  readonly doneBytes: number;
  /** Absent while a stream has not ended. */
  readonly totalBytes?: number;
}

export interface TransferOptions extends CallOptions {
  /** Parts under way at a time, each with a buffer of its own. Default 4. */
  readonly parallel?: number;
  /**
   * For the buffers of several transfers at a time: they wait for each other when it is used up. Not counted
   * are bytes that are the caller's: those given to an upload, and those that `read` has answered. What a
   * stream has fetched ahead counts until it is read, so streams of which one is read for the sake of
   * another, as from a download into an upload, need a budget each.
   */
  readonly memory?: ByteBudget;
  /** Told after each part. */
  readonly onProgress?: (progress: Progress) => void;
}

export const DEFAULT_PARALLEL = 4;

/** Runs `work`, which needs `bytes` of memory, when the budget has room for them. */
export async function withMemory<Value>(
  { memory }: Pick<TransferOptions, "memory">,
  { bytes, signal }: { readonly bytes: number; readonly signal: AbortSignal },
  work: () => Promise<Value>,
): Promise<Value> {
  return memory === undefined ? await work() : await memory.run(bytes, signal, work);
}

/** The options of the requests of a transfer, without its signal. */
export function callOptions({ timeoutMs, totalMs }: CallOptions): Omit<CallOptions, "signal"> {
  return {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(totalMs === undefined ? {} : { totalMs }),
  };
}

/** Counts the bytes that are done and reports them. */
export class ProgressCount {
  #doneBytes = 0;
  readonly #totalBytes: number | undefined;
  readonly #onProgress: TransferOptions["onProgress"];

  constructor(totalBytes: number | undefined, onProgress: TransferOptions["onProgress"]) {
    this.#totalBytes = totalBytes;
    this.#onProgress = onProgress;
  }

  add(bytes: number): void {
    this.#doneBytes += bytes;
    const total = this.#totalBytes === undefined ? {} : { totalBytes: this.#totalBytes };
    this.#onProgress?.({ doneBytes: this.#doneBytes, ...total });
  }
}
