import { BsmountError } from "../core/errors.ts";
import { formatBytes } from "../core/units.ts";

/** How many bytes all staging files of a session may have together. */
export class StagingQuota {
  readonly maxBytes: number;
  #usedBytes = 0;

  constructor(maxBytes: number = Infinity) {
    this.maxBytes = maxBytes;
  }

  get freeBytes(): number {
    return Math.max(0, this.maxBytes - this.#usedBytes);
  }

  /** @throws BsmountError `no-space` when fewer bytes are free */
  take(bytes: number): void {
    if (bytes > this.freeBytes) throw this.#fullError();
    this.#usedBytes += bytes;
  }

  /** As {@link take}, for bytes that are there already. */
  count(bytes: number): void {
    this.#usedBytes += bytes;
  }

  give(bytes: number): void {
    this.#usedBytes -= bytes;
  }

  #fullError(): BsmountError {
    const size = formatBytes(this.maxBytes);
    return new BsmountError("no-space", `the staged files have reached --staging-size, ${size}`, {
      remedy: "wait until more is uploaded, or mount with a greater --staging-size",
    });
  }
}
