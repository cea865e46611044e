import type { ByteRange } from "../core/byte-range.ts";

/** Which bytes of a file were written: disjoint ranges in order, those that touch joined. */
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
    const behind = this.#ranges.findIndex((range, index) => index >= first && range.start > end);
    const count = (behind === -1 ? this.#ranges.length : behind) - first;
    const joined = this.#ranges.slice(first, first + count);
    this.#ranges.splice(first, count, {
      start: Math.min(start, joined[0]?.start ?? start),
      end: Math.max(end, joined.at(-1)?.end ?? end),
    });
  }

  /** Forgets what lies at `sizeBytes` and behind. */
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
