import { rangeTooLargeProblem } from "../http/problem.ts";

/** How much work one request for coverage or variants may cause. */
export interface WorkLimits {
  /** Bytes of files, as they are stored. */
  readonly readBytes: number;
  /** The same bytes, decompressed. */
  readonly inflatedBytes: number;
  /** Alignments or lines that are in the range. */
  readonly records: number;
  /** Characters of those lines. */
  readonly textLength: number;
}

/** Some seconds of work, and less than 1 GiB of memory. */
export const WORK_LIMITS: WorkLimits = {
  readBytes: 32 * 1024 * 1024,
  inflatedBytes: 128 * 1024 * 1024,
  records: 2_000_000,
  textLength: 64 * 1024 * 1024,
};

/** What one request may still do. It ends when the client has left, too. */
export class WorkBudget {
  readonly signal: AbortSignal;
  readonly #left: Record<keyof WorkLimits, number>;

  constructor(limits: WorkLimits, signal: AbortSignal) {
    this.signal = signal;
    this.#left = { ...limits };
  }

  /** @throws Problem 400 when the request needs more than its limits allow */
  spend(what: keyof WorkLimits, amount: number): void {
    this.signal.throwIfAborted();
    this.#left[what] -= amount;
    if (this.#left[what] >= 0) return;
    throw rangeTooLargeProblem();
  }
}
