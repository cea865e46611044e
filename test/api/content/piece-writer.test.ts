import { describe, expect, test } from "vitest";
import { joinNeighbours, PieceWriter } from "../../../src/api/content/piece-writer.ts";

function piecesOf(memory: Uint8Array, ...borders: readonly number[]): Uint8Array[] {
  return borders.slice(1).map((end, at) => memory.subarray(borders[at], end));
}

describe("a piece writer", () => {
  test("takes chunks and bytes written in place, in any order", () => {
    const memory = new Uint8Array(9);
    const writer = new PieceWriter(piecesOf(memory, 0, 2, 2, 6, 9));
    expect(writer.write(Uint8Array.of(1, 2, 3))).toBe(3);
    expect(writer.room).toHaveLength(3);
    writer.room?.set([4, 5]);
    writer.advance(2);
    expect(writer.room).toHaveLength(1);
    expect(writer.left).toBe(4);
    expect(writer.write(Uint8Array.of(6, 7, 8, 9))).toBe(4);
    expect([...memory]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test("has no room behind the last byte, and takes none", () => {
    const writer = new PieceWriter([new Uint8Array(2), new Uint8Array(0)]);
    writer.advance(2);
    expect(writer.room).toBeUndefined();
    expect(writer.write(Uint8Array.of(1))).toBe(0);
  });
});

describe("neighbouring pieces", () => {
  test("become one when they lie one behind the other in one memory", () => {
    const memory = new Uint8Array(new SharedArrayBuffer(10));
    const [joined, ...others] = joinNeighbours(piecesOf(memory, 1, 4, 6, 10));
    expect(others).toEqual([]);
    expect(joined?.buffer).toBe(memory.buffer);
    expect([joined?.byteOffset, joined?.length]).toEqual([1, 9]);
  });

  test("stay apart when there is a gap, another order or another memory", () => {
    const memory = new Uint8Array(10);
    const pieces = [
      memory.subarray(0, 2),
      memory.subarray(3, 5),
      memory.subarray(2, 3),
      new Uint8Array(10).subarray(3, 5),
    ];
    expect(joinNeighbours(pieces)).toEqual(pieces);
  });
});
