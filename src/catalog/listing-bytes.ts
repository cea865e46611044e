import { heapBytesOf } from "../core/heap-bytes.ts";

/** The memory of an item in the array of its listing and in the set of known Ids. */
const SLOT_BYTES = 80;

/** The approximate memory of an item of a listing, in bytes. */
export function itemBytes(item: object): number {
  return SLOT_BYTES + heapBytesOf(item);
}

const SAMPLE = 64;

/** The approximate memory of a listing in bytes, from a sample of its items. */
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
