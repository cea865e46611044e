import type { BlockSpan } from "./access-pattern.ts";
import type { ReadTuning } from "./tuning.ts";

/** Groups ascending block indexes into spans of consecutive ones. */
export function consecutiveSpans(indexes: readonly number[]): BlockSpan[] {
  const spans: { start: number; end: number }[] = [];
  for (const index of indexes) {
    const last = spans.at(-1);
    if (last?.end === index) last.end += 1;
    else spans.push({ start: index, end: index + 1 });
  }
  return spans;
}

/** Splits `span` into spans of at most `requestBlocks`. */
export function splitSpan(span: BlockSpan, requestBlocks: number): BlockSpan[] {
  const parts: BlockSpan[] = [];
  for (let start = span.start; start < span.end; start += requestBlocks) {
    parts.push({ start, end: Math.min(start + requestBlocks, span.end) });
  }
  return parts;
}

/**
 * The size of the requests for one waiting read, in blocks. Up to twice the smallest request of a stream is fetched by
 * one request, because a second connection would not be faster; more is spread over the connections.
 */
export function requestBlocksFor(wanted: number, maxRequests: number, tuning: ReadTuning): number {
  const spread = Math.ceil(wanted / maxRequests);
  return Math.min(Math.max(spread, 2 * tuning.minRequestBlocks), tuning.maxRequestBlocks);
}
