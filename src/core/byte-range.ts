/** Bytes `start` to `end` of a file, `end` not included; both are whole numbers, `0 <= start <= end`. */
export interface ByteRange {
  readonly start: number;
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

/** The part of `range` that lies before `sizeBytes`; empty when it begins behind the end. */
export function clampRange(range: ByteRange, sizeBytes: number): ByteRange {
  const end = Math.min(range.end, sizeBytes);
  return { start: Math.min(range.start, end), end };
}

/** What two ranges share, or undefined when they do not overlap. */
export function intersect(a: ByteRange, b: ByteRange): ByteRange | undefined {
  const start = Math.max(a.start, b.start);
  const end = Math.min(a.end, b.end);
  return start < end ? { start, end } : undefined;
}

/** The numbers of the blocks of `blockBytes` that `range` touches: first, and one behind the last. */
export function blocksOf(range: ByteRange, blockBytes: number): ByteRange {
  if (rangeLength(range) === 0) return { start: 0, end: 0 };
  return { start: Math.floor(range.start / blockBytes), end: Math.ceil(range.end / blockBytes) };
}

/** The bytes of block `index`, cut at the end of the file. */
export function blockRange(index: number, blockBytes: number, sizeBytes: number): ByteRange {
  return clampRange({ start: index * blockBytes, end: (index + 1) * blockBytes }, sizeBytes);
}
