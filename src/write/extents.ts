import type { ByteRange } from "../core/byte-range.ts";

/** The bytes of a file that were written, as disjoint ranges in order; adjacent ones are joined. */
export class Extents {
  #ranges: ByteRange[] = [];

  add({ start, end }: ByteRange): void {
    if (start === end) return;
    const last = this.#ranges.at(-1);
    if (last !== undefined && start === last.end) {
      this.#ranges[this.#ranges.length - 1] = { start: last.start, end };
      return;
    }
    const first = this.#ranges.findIndex((range) => range.end >= start);
    if (first === -1) {
      this.#ranges.push({ start, end });
      return;
    }
    const after = this.#ranges.findIndex((range, index) => index >= first && range.start > end);
    const count = (after === -1 ? this.#ranges.length : after) - first;
    const joined = this.#ranges.slice(first, first + count);
    this.#ranges.splice(first, count, {
      start: Math.min(start, joined[0]?.start ?? start),
      end: Math.max(end, joined.at(-1)?.end ?? end),
    });
  }

  /** Forgets the bytes from `sizeBytes` on. */
  truncate(sizeBytes: number): void {
    this.#ranges = this.#ranges
      .filter((range) => range.start < sizeBytes)
      .map((range) => ({ start: range.start, end: Math.min(range.end, sizeBytes) }));
  }

  /** True when every byte of `range` was written. */
  covers({ start, end }: ByteRange): boolean {
    return this.#ranges.some((range) => range.start <= start && end <= range.end);
  }
}
