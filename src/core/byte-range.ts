/** The bytes from `start` up to and without `end`; both are integers, `0 <= start <= end`. */
export interface ByteRange {
  /** The first byte. */
  readonly start: number;
  /** The byte after the last one. */
  readonly end: number;
}

export function byteRange(start: number, end: number): ByteRange {
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start) {
    throw new RangeError(`not a byte range: ${start}–${end}`);
  }
  return { start, end };
}

export function rangeLength(range: ByteRange): number {
  return range.end - range.start;
}

/** The part of `range` before `sizeBytes`; empty when the range begins at or after that. */
export function clampRange(range: ByteRange, sizeBytes: number): ByteRange {
  const end = Math.min(range.end, sizeBytes);
  return { start: Math.min(range.start, end), end };
}

/** The common part of two ranges; undefined when they do not overlap. */
export function intersect(a: ByteRange, b: ByteRange): ByteRange | undefined {
  const start = Math.max(a.start, b.start);
  const end = Math.min(a.end, b.end);
  return start < end ? { start, end } : undefined;
}

/** The indexes of the blocks that `range` touches: the first, and one past the last. */
export function blocksOf(range: ByteRange, blockBytes: number): ByteRange {
  if (rangeLength(range) === 0) return { start: 0, end: 0 };
  return { start: Math.floor(range.start / blockBytes), end: Math.ceil(range.end / blockBytes) };
}

/** The bytes of block `index`, up to the end of the file. */
export function blockRange(index: number, blockBytes: number, sizeBytes: number): ByteRange {
  return clampRange({ start: index * blockBytes, end: (index + 1) * blockBytes }, sizeBytes);
}
