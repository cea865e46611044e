import { describe, expect, it } from "vitest";
import type { BlockMemory, BlockStore, BlockUsage } from "../../src/blocks/block-store.ts";

/** What every block store promises. `create` makes an empty one of `capacity` blocks. */
export function blockStoreContract(create: (capacity: number) => BlockStore): void {
  const keep = (store: BlockStore, content: string, index: number): void => {
    const [memory] = store.reserve(1) ?? [];
    if (memory === undefined) throw new Error("no room");
    memory.bytes.fill(index + 1);
    store.add(content, index, memory);
  };

  describe("as a block store", () => {
    it("returns the bytes that were kept, by content and index", () => {
      const store = create(4);
      keep(store, "a", 0);
      keep(store, "a", 7);
      keep(store, "b", 3);
      expect(store.get("a", 0)?.every((byte) => byte === 1)).toBe(true);
      expect(store.get("a", 7)?.every((byte) => byte === 8)).toBe(true);
      expect(store.get("b", 3)?.every((byte) => byte === 4)).toBe(true);
      expect(store.get("a", 7)).toHaveLength(store.blockBytes);
    });

    it("has nothing that was not kept", () => {
      const store = create(4);
      keep(store, "a", 0);
      expect(store.get("a", 1)).toBeUndefined();
      expect(store.pin("b", 0)).toBeUndefined();
      expect(store.has("b", 0)).toBe(false);
      expect([store.hasVersion("a"), store.hasVersion("b")]).toEqual([true, false]);
    });

    it("evicts the blocks used longest ago when room is needed, and keeps those used again", () => {
      const store = create(3);
      for (const index of [0, 1, 2]) keep(store, "a", index);
      store.get("a", 0);
      store.get("a", 0);
      keep(store, "a", 3);
      expect([0, 1, 2, 3].map((index) => store.has("a", index))).toEqual([true, false, true, true]);
    });

    it("does not let a first use outlive what was fetched after it", () => {
      const store = create(3);
      for (const index of [0, 1, 2]) keep(store, "a", index);
      store.get("a", 0);
      keep(store, "a", 3);
      expect([0, 1, 2, 3].map((index) => store.has("a", index))).toEqual([false, true, true, true]);
    });

    it("reserves everything that was requested or nothing", () => {
      const store = create(4);
      keep(store, "a", 0);
      const three = store.reserve(3);
      expect(three).toHaveLength(3);
      expect(store.reserve(2)).toBeUndefined();
      expect(store.has("a", 0)).toBe(true);
      expect(store.reserve(1)).toHaveLength(1);
      expect(store.has("a", 0)).toBe(false);
      expect(store.reserve(0)).toEqual([]);
      expect(store.usage).toEqual(usage({ reserved: 4 }));
    });

    it("never hands out the same memory twice", () => {
      const store = create(5);
      const memory = store.reserve(5) ?? [];
      for (const [n, piece] of memory.entries()) piece.bytes.fill(n);
      expect(memory.every((piece, n) => piece.bytes.every((byte) => byte === n))).toBe(true);
      for (const piece of memory) store.release(piece);
      expect(new Set(store.reserve(5)).size).toBe(5);
    });

    it("does not evict a pinned block until its last pin is released", () => {
      const store = create(2);
      keep(store, "a", 0);
      keep(store, "a", 1);
      const first = store.pin("a", 0);
      const second = store.pin("a", 0);
      expect(store.usage).toEqual(usage({ cached: 1, pinned: 1 }));
      expect(store.reserve(2)).toBeUndefined();
      first?.unpin();
      expect(store.reserve(2)).toBeUndefined();
      expect(second?.bytes[0]).toBe(1);
      second?.unpin();
      expect(store.usage).toEqual(usage({ cached: 2 }));
      expect(store.reserve(2)).toHaveLength(2);
    });

    it("drops one content and leaves the others", () => {
      const store = create(4);
      for (const index of [0, 1]) keep(store, "a", index);
      keep(store, "b", 0);
      store.drop("a");
      store.drop("never seen");
      expect([store.has("a", 0), store.has("a", 1), store.has("b", 0)]).toEqual([
        false,
        false,
        true,
      ]);
      expect(store.hasVersion("a")).toBe(false);
      expect(store.usage).toEqual(usage({ free: 3, cached: 1 }));
    });

    it("leaves a pinned block readable when its version is dropped, and frees it on release", () => {
      const store = create(2);
      keep(store, "a", 0);
      const pinned = store.pin("a", 0);
      store.drop("a");
      expect(store.has("a", 0)).toBe(false);
      expect(store.usage).toEqual(usage({ free: 1, pinned: 1 }));
      expect(pinned?.bytes[0]).toBe(1);
      pinned?.unpin();
      expect(store.usage).toEqual(usage({ free: 2 }));
    });

    it("keeps the first of two copies of a block and takes the other's memory back", () => {
      const store = create(2);
      const [one, two] = store.reserve(2) as [BlockMemory, BlockMemory];
      one.bytes.fill(1);
      two.bytes.fill(2);
      store.add("a", 0, one);
      store.add("a", 0, two);
      expect(store.get("a", 0)?.[0]).toBe(1);
      expect(store.usage).toEqual(usage({ free: 1, cached: 1 }));
    });
  });
}

function usage(some: Partial<BlockUsage>): BlockUsage {
  return { free: 0, cached: 0, pinned: 0, reserved: 0, ...some };
}
