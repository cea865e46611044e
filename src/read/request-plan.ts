import type { BlockSpan } from "./access-pattern.ts";
import type { ReadTuning } from "./tuning.ts";

/** Ascending block numbers as spans of neighbours. */
export function neighbours(indexes: readonly number[]): BlockSpan[] {
  const spans: { start: number; end: number }[] = [];
  for (const index of indexes) {
    const last = spans.at(-1);
    if (last?.end === index) last.end += 1;
    else spans.push({ start: index, end: index + 1 });
  }
  return spans;
}

/** `span` in requests of at most `requestBlocks`. */
export function cut(span: BlockSpan, requestBlocks: number): BlockSpan[] {
  const parts: BlockSpan[] = [];
  for (let start = span.start; start < span.end; start += requestBlocks) {
    parts.push({ start, end: Math.min(start + requestBlocks, span.end) });
  }
  return parts;
}

/**
 * How large the requests of one waiting read should be: up to two of a stream's smallest go in one, since
 * a second connection would not be faster; more is spread over the connections.
 */
export function demandRequestBlocks(
  wanted: number,
  maxRequests: number,
  tuning: ReadTuning,
): number {
  const spread = Math.ceil(wanted / maxRequests);
  return Math.min(Math.max(spread, 2 * tuning.minRequestBlocks), tuning.maxRequestBlocks);
}
