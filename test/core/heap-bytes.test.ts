import { expect, it } from "vitest";
import { listingBytes } from "../../src/catalog/listing-bytes.ts";
import { heapBytesOf } from "../../src/core/heap-bytes.ts";

it("counts every text, however deep, and twice where its characters take two bytes", () => {
  const text = "a".repeat(10_000);
  const flat = heapBytesOf({ text });
  expect(flat).toBeGreaterThan(10_000);
  expect(flat).toBeLessThan(10_200);
  expect(heapBytesOf({ raw: { a: [{ b: text }] } })).toBeGreaterThan(flat);
  expect(heapBytesOf("µ".repeat(1000))).toBeLessThan(1100);
  expect(heapBytesOf("標".repeat(1000))).toBeGreaterThan(2000);
});

it("takes a hundred thousand brackets without a recursion", () => {
  const depth = 100_000;
  const nested: unknown = JSON.parse("[".repeat(depth) + "]".repeat(depth));
  expect(heapBytesOf(nested)).toBe(depth * 40 + (depth - 1) * 8);
});

it("estimates the bytes of a listing from some of its items", () => {
  const items = Array.from({ length: 10_000 }, (_, at) => ({
    id: String(at),
    path: "p".repeat(at % 100),
  }));
  const all = items.reduce((bytes, item) => bytes + 80 + heapBytesOf(item), 0);
  expect(listingBytes(items) / all).toBeCloseTo(1, 1);
  expect(listingBytes([])).toBeLessThan(100);
});
