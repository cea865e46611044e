import { describe, expect, it } from "vitest";
import { MemoryStore } from "../../src/blocks/memory-store.ts";
import { blockStoreContract } from "../contracts/block-store.ts";

describe("MemoryStore", () => {
  blockStoreContract((capacity) => new MemoryStore({ blockBytes: 16, capacity }));

  function observed(capacity: number): { store: MemoryStore; unused: string[]; empty: string[] } {
    const unused: string[] = [];
    const empty: string[] = [];
    const store = new MemoryStore({
      blockBytes: 16,
      capacity,
      onUnused: (content, index) => unused.push(`${content}${index}`),
      onEmpty: (content) => empty.push(content),
    });
    return { store, unused, empty };
  }

  function fill(store: MemoryStore, content: string, indexes: readonly number[]): void {
    for (const index of indexes) {
      for (const memory of store.reserve(1) ?? []) store.add(content, index, memory);
    }
  }

  it("reports blocks that were evicted without having been used", () => {
    const { store, unused } = observed(3);
    fill(store, "a", [0, 1, 2]);
    store.get("a", 0);
    store.pin("a", 1)?.unpin();
    fill(store, "b", [0, 1, 2]);
    store.drop("b");
    expect(unused).toEqual(["a2", "b0", "b1", "b2"]);
  });

  it("reports when the last block of a version was removed", () => {
    const { store, empty } = observed(2);
    fill(store, "a", [0, 1]);
    fill(store, "b", [0]);
    expect(empty).toEqual([]);
    fill(store, "b", [1]);
    expect(empty).toEqual(["a"]);
    store.drop("b");
    expect(empty).toEqual(["a", "b"]);
  });

  it("gives out views on shared memory, which a worker can fill", () => {
    const store = new MemoryStore({ blockBytes: 16, capacity: 1 });
    expect(store.reserve(1)?.[0]?.bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
  });
});
