import { describe, expect, it } from "vitest";
import { BlockPool } from "../../src/blocks/block-pool.ts";
import { BLOCK_BYTES, type BlockMemory } from "../../src/blocks/block-store.ts";

const MIB = 1024 * 1024;

describe("a block", () => {
  it("is as long as the kernel's largest read, 128 KiB", () => expect(BLOCK_BYTES).toBe(131_072));
});

describe("BlockPool", () => {
  it("[R5] gives as many blocks as it holds and then none", () => {
    const pool = new BlockPool({ blockBytes: 4 * MIB, capacity: 9 });
    const taken = Array.from({ length: 9 }, () => pool.take());
    expect(taken.every((memory) => memory?.bytes.length === 4 * MIB)).toBe(true);
    expect(new Set(taken).size).toBe(9);
    expect(pool.take()).toBeUndefined();
    expect(pool.free).toBe(0);
  });

  it("takes memory from the system only as it is needed", () => {
    const pool = new BlockPool({ blockBytes: MIB, capacity: 1000 });
    const buffers = new Set(Array.from({ length: 20 }, () => pool.take()?.bytes.buffer));
    expect([...buffers].map((buffer) => buffer?.byteLength)).toEqual([16 * MIB, 16 * MIB]);
  });

  it("uses returned memory again before it takes more", () => {
    const pool = new BlockPool({ blockBytes: 16, capacity: 3 });
    const memory = pool.take() as BlockMemory;
    pool.give(memory);
    expect(pool.free).toBe(3);
    expect(pool.take()).toBe(memory);
  });

  it("refuses memory that is returned twice", () => {
    const pool = new BlockPool({ blockBytes: 16, capacity: 3 });
    const memory = pool.take() as BlockMemory;
    pool.give(memory);
    expect(() => pool.give(memory)).toThrow("already returned");
  });
});
