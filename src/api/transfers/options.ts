import type { ByteBudget } from "../../core/byte-budget.ts";
import type { CallOptions } from "../transport/rest.ts";

/** How much of one file was transferred. */
export interface Progress {
  /** Bytes that are done, including those of an earlier transfer that is continued. */
  readonly doneBytes: number;
  /** Absent while the end of a stream is not known. */
  readonly totalBytes?: number;
}

/** Options of every transfer. */
export interface TransferOptions extends CallOptions {
  /** How many parts are under way at a time, each with its own buffer. Default 4. */
  readonly parallel?: number;
  /**
   * A budget for the buffers of several transfers at a time: they wait for each other when it is used up. Bytes that
   * belong to the caller do not count: those given to an upload, and those that `read` returned. What a stream has
   * fetched ahead counts until it is read, so two streams of which one waits for the other, as from a download into
   * an upload, need a budget each.
   */
  readonly memory?: ByteBudget;
  /** Called after each part. */
  readonly onProgress?: (progress: Progress) => void;
}

export const DEFAULT_PARALLEL = 4;

/** Runs `work`, which needs `bytes` of memory, when the budget has room for them. */
export async function withMemoryBudget<Value>(
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
