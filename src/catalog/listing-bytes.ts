import { heapBytesOf } from "../core/heap-bytes.ts";

/** Of an item's place in the array of its listing, and in the sets of what was seen. */
const SLOT_BYTES = 80;

/** About what an item takes in memory as a part of a listing. */
export function itemBytes(item: object): number {
  return SLOT_BYTES + heapBytesOf(item);
}

const SAMPLE = 64;

/** About what a listing takes in memory, by some of its items: it may have a hundred thousand. */
export function listingBytes(items: readonly object[]): number {
  if (items.length === 0) return SLOT_BYTES;
  const step = Math.max(1, Math.floor(items.length / SAMPLE));
  let bytes = 0;
  let count = 0;
  for (let at = 0; at < items.length; at += step) {
    const item = items[at];
    if (item === undefined) break;
    bytes += itemBytes(item);
    count += 1;
  }
  return Math.ceil((bytes / count) * items.length);
}
