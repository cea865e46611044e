import { describe, expect, it } from "vitest";
import { AccessPattern, type Cursor, isStream } from "../../src/read/access-pattern.ts";

function observer(): { pattern: AccessPattern; read: (start: number, count?: number) => Cursor } {
  const pattern = new AccessPattern({ headStart: 8, maxProof: 100 });
  return {
    pattern,
    read: (start, count = 1) => pattern.observe({ start, end: start + count }, true),
  };
}

describe("AccessPattern", () => {
  it("takes a few blocks in order for chance, and more for a stream", () => {
    const { read } = observer();
    const streams = [0, 1, 2, 3, 4, 5].map((block) => isStream(read(1000 + block)));
    expect(streams).toEqual([false, false, false, false, true, true]);
  });

  it("sees a stream at once in a full-sized read at the beginning of the file", () => {
    expect(isStream(observer().read(0))).toBe(true);
    const small = new AccessPattern({ headStart: 8, maxProof: 100 });
    expect(isStream(small.observe({ start: 0, end: 1 }, false))).toBe(false);
  });

  it("sees no stream in random reads", () => {
    const { read } = observer();
    const offsets = [900, 17, 523, 4000, 71, 3333, 250, 1900, 2750, 610, 1200, 3600];
    expect(offsets.some((offset) => isStream(read(offset, 3)))).toBe(false);
  });

  it("takes one long read for no sequence", () => {
    const { read } = observer();
    expect(isStream(read(1000, 40))).toBe(false);
    expect(isStream(read(1040, 40))).toBe(true);
  });

  it("sees no stream in jumps that leave out most blocks", () => {
    const { read } = observer();
    const steps = Array.from({ length: 50 }, (_, n) => isStream(read(1000 + n * 4)));
    expect(steps.some(Boolean)).toBe(false);
  });

  it("keeps apart several streams through one open file", () => {
    const { pattern, read } = observer();
    const starts = [1000, 2000, 3000, 4000];
    for (let n = 0; n < 10; n += 1) for (const start of starts) read(start + n);
    expect(pattern.cursors.map((cursor) => cursor.position)).toEqual([1010, 2010, 3010, 4010]);
    expect(pattern.cursors.every(isStream)).toBe(true);
  });

  it("recognises a stream whose requests arrive in another order", () => {
    const { pattern, read } = observer();
    for (const block of [1, 0, 3, 2, 7, 5, 4, 6, 9, 8]) read(500 + block);
    expect(pattern.cursors).toHaveLength(1);
    expect(pattern.cursors[0]).toMatchObject({ origin: 500, position: 510, touched: 10 });
    expect(pattern.cursors.every(isStream)).toBe(true);
  });

  it("stays a stream over small skips", () => {
    const { pattern, read } = observer();
    for (let n = 0; n < 10; n += 1) read(700 + n);
    expect(isStream(read(713))).toBe(true);
    expect(pattern.cursors).toHaveLength(1);
  });

  it("does not count a block twice that is read in small pieces", () => {
    const { read } = observer();
    let cursor = read(40);
    for (let n = 0; n < 30; n += 1) cursor = read(40);
    expect(cursor).toMatchObject({ touched: 1, proof: 1 });
    expect(isStream(cursor)).toBe(false);
  });

  it("takes proof back for blocks fetched in vain", () => {
    const { pattern, read } = observer();
    let cursor = read(0);
    for (let n = 1; n < 20; n += 1) cursor = read(n);
    const before = cursor.proof;
    cursor.ahead = 30;
    pattern.wasted(25);
    expect(cursor.proof).toBe(before - 2);
    pattern.wasted(31);
    expect(cursor.proof).toBe(before - 2);
    for (let n = 0; n < 40; n += 1) pattern.wasted(25);
    expect(isStream(cursor)).toBe(false);
  });

  it("gives up the cursor unused for longest and says so", () => {
    const dropped: number[] = [];
    const pattern = new AccessPattern({
      headStart: 8,
      maxProof: 100,
      onDropped: (cursor) => dropped.push(cursor.origin),
    });
    const read = (start: number): Cursor => pattern.observe({ start, end: start + 1 }, true);
    for (let n = 1; n <= 8; n += 1) read(n * 1000);
    read(1001);
    read(9000);
    expect(dropped).toEqual([2000]);
    expect(pattern.cursors).toHaveLength(8);
  });

  it("forgets a long past, so that a stream that turns random loses its standing", () => {
    const { read } = observer();
    let cursor = read(0);
    for (let n = 1; n < 500; n += 1) cursor = read(n);
    expect(isStream(cursor)).toBe(true);
    for (let n = 0; n < 12; n += 1) cursor = read(510 + n * 12);
    expect(isStream(cursor)).toBe(false);
  });
});
