import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import {
  checkPartBytes,
  otherPartBytes,
  partsOf,
  scratchNames,
} from "../../src/api/transfers/download-plan.ts";
import { etagDigests } from "../../src/api/digests/etag-digests.ts";
import { partBytesOf, plansOf, streamPartBytes, evenParts } from "../../src/upload/part-sizes.ts";

/* Where the parts of files begin and end. */

const MIB = 1024 * 1024;
const MOST = 10_000;

describe("the size of the parts of an upload", () => {
  test.each([
    [0, undefined, 8 * MIB],
    [1, undefined, 8 * MIB],
    [8 * MIB * MOST, undefined, 8 * MIB],
    [8 * MIB * MOST + 1, undefined, 8 * MIB + 1],
    [25_000_000 * MOST, undefined, 25_000_000],
    [1, 5 * MIB, 5 * MIB],
    [1, 25_000_000, 25_000_000],
    [5 * MIB * MOST, 5 * MIB, 5 * MIB],
  ])("of %i bytes, asked to be %s, is %i", (sizeBytes, asked, partBytes) => {
    expect(partBytesOf(sizeBytes, asked)).toBe(partBytes);
  });

  test.each([5 * MIB - 1, 25_000_001, 0, -1, Number.NaN, Number.POSITIVE_INFINITY])(
    "cannot be %d",
    (asked) => {
      const message = `a part of ${asked} bytes is not possible, but 5242880 to 25000000`;
      const refusal = expect.objectContaining({ reason: "usage", message });
      expect(() => partBytesOf(1, asked)).toThrow(refusal);
      expect(() => streamPartBytes(1, asked)).toThrow(refusal);
    },
  );

  test.each([
    [25_000_000 * MOST + 1, undefined],
    [5 * MIB * MOST + 1, 5 * MIB],
  ])("is none for a file of %i bytes in parts of %s", (sizeBytes, asked) => {
    expect(() => partBytesOf(sizeBytes, asked)).toThrow(
      expect.objectContaining({
        reason: "too-big",
        message: `a file of ${sizeBytes} bytes does not fit into 10000 parts`,
      }),
    );
  });

  test("of a stream grows after a gigabyte, unless one is requested, up to the last part", () => {
    const sizes = [1, 128, 129, MOST].map((number) => streamPartBytes(number));
    expect(sizes).toEqual([8 * MIB, 8 * MIB, 25_000_000, 25_000_000]);
    expect([1, 129, MOST].map((number) => streamPartBytes(number, 6 * MIB))).toEqual(
      Array.from({ length: 3 }, () => 6 * MIB),
    );
    for (const asked of [undefined, 6 * MIB]) {
      expect(() => streamPartBytes(MOST + 1, asked)).toThrow(
        expect.objectContaining({
          reason: "too-big",
          message: "the stream does not fit into 10000 parts",
        }),
      );
    }
  });
});

test.each([
  [0, 10, []],
  [1, 10, [[1, 0, 1]]],
  [10, 10, [[1, 0, 10]]],
  [
    21,
    10,
    [
      [1, 0, 10],
      [2, 10, 20],
      [3, 20, 21],
    ],
  ],
])(
  "an upload of %i bytes in parts of %i has no part that overlaps, and no gap",
  (size, bytes, parts) => {
    const found = evenParts(size, bytes).map(({ number, start, end }) => [number, start, end]);
    expect(found).toEqual(parts);
  },
);

describe("the ways in which a file may have been cut into parts", () => {
  const usual = [5, 6, 8, 10, 12, 15, 16, 20, 23, 24, 25].map((mib) => mib * MIB);
  const round = [5, 8, 10, 16, 20, 25].map((megabytes) => megabytes * 1_000_000);

  test.each([...usual, ...round])("have one of %i bytes a part", (partBytes) => {
    const sizeBytes = 300_000_000;
    const count = Math.ceil(sizeBytes / partBytes);
    const plans = plansOf(sizeBytes, count);
    expect(plans.map((plan) => plan.range(1, sizeBytes).end)).toContain(partBytes);
    for (const plan of plans) expect(plan.count(sizeBytes)).toBe(count);
  });

  test.each([
    {
      what: "the least that a large file takes",
      sizeBytes: 8 * MIB * MOST + MOST,
      count: MOST,
      second: [2, 8 * MIB + 1],
    },
    {
      what: "a stream's, which grow",
      sizeBytes: 128 * 8 * MIB + 30_000_000,
      count: 130,
      second: [130, 128 * 8 * MIB + 25_000_000],
    },
    {
      what: "the longest stream's",
      sizeBytes: 128 * 8 * MIB + 9872 * 25_000_000,
      count: MOST,
      second: [129, 128 * 8 * MIB],
    },
    {
      what: "those of the mount, which grow",
      sizeBytes: 64 * 8 * MIB + 17 * MIB,
      count: 66,
      second: [66, 64 * 8 * MIB + 16 * MIB],
    },
  ])("have $what", ({ sizeBytes, count, second: [number = 0, start] }) => {
    const starts = plansOf(sizeBytes, count).map((plan) => plan.range(number, sizeBytes).start);
    expect(starts).toContain(start);
  });

  test("are none for a count that no known parts make", () => {
    expect(plansOf(300_000_000, 7)).toEqual([]);
    expect(plansOf(26_300_000, 1)).toEqual([]);
    // One part more than there can be, of a stream.
    expect(plansOf(128 * 8 * MIB + 9873 * 25_000_000, MOST + 1)).toEqual([]);
  });
});

describe("an ETag", () => {
  const md5 = "0123456789abcdef0123456789abcdef";

  test.each([
    undefined,
    "",
    md5.slice(1),
    `${md5}0`,
    `x${md5}`,
    `${md5}-`,
    `${md5}-x`,
    `${md5}-2x`,
    `${md5}-0`,
    `${md5}-77`,
    md5.replace("a", "g"),
  ])("says nothing of the content: %s", (etag) => {
    expect(etagDigests(etag, 26_000_000)).toBeUndefined();
  });

  test("of a file in one piece is its MD5, in upper or lower case", () => {
    for (const etag of [md5, md5.toUpperCase()]) {
      expect(etagDigests(etag, 9)).toEqual({ md5, how: "md5", wanted: ["whole"], isCertain: true });
    }
  });

  test.each([
    [9, 9],
    [0, 1],
  ])("of %i bytes in one part says how it was cut", (sizeBytes, partBytes) => {
    const wanted = [[{ parts: 1, partBytes }]];
    expect(etagDigests(`${md5}-1`, sizeBytes)).toEqual({
      md5,
      how: "md5s",
      wanted,
      isCertain: true,
    });
  });

  test("of several parts leaves open how it was cut", () => {
    const found = etagDigests(`${md5.toUpperCase()}-12`, 12 * 5 * MIB);
    expect(found).toMatchObject({ md5, how: "md5s", isCertain: false });
    const wanted = plansOf(12 * 5 * MIB, 12).map(({ steps }) => steps);
    expect(found?.wanted).toEqual(wanted);
    expect(wanted.length).toBeGreaterThan(0);
  });
});

describe("the parts of a download", () => {
  test.each([
    [{ start: 0, end: 0 }, []],
    [{ start: 5, end: 5 }, []],
    [{ start: 0, end: 1 }, [[0, 0, 1]]],
    [
      { start: 3, end: 23 },
      [
        [0, 3, 13],
        [1, 13, 23],
      ],
    ],
    [
      { start: 3, end: 24 },
      [
        [0, 3, 13],
        [1, 13, 23],
        [2, 23, 24],
      ],
    ],
  ])("of %j are one after the other", (range, parts) => {
    const found = [...partsOf(range, 10)].map(({ number, start, end }) => [number, start, end]);
    expect(found).toEqual(parts);
  });

  test.each([0, -1, 1.5, Number.NaN, 2 ** 53])("cannot have %d bytes", (partBytes) => {
    expect(() => checkPartBytes(partBytes)).toThrow(
      expect.objectContaining({
        reason: "usage",
        message: `a part of ${partBytes} bytes is not possible`,
      }),
    );
  });

  test("can have any other size", () => {
    expect([1, 2 ** 40].map(checkPartBytes)).toEqual([1, 2 ** 40]);
  });

  test.each([
    [100, 1000, 1, 100],
    [100, 1000, 2, 67],
    [100, 1000, 3, 60],
    [100, 1000, 4, 100],
    [100, 30, 2, 20],
    [100, 30, 3, 18],
    [100, 0, 2, 1],
    [1, 1000, 2, 1],
  ])(
    "of %i bytes, of a file of %i, have in reading %i %i",
    (partBytes, sizeBytes, reading, other) => {
      expect(otherPartBytes(partBytes, sizeBytes, reading)).toBe(other);
    },
  );

  test("are beside the target, by a name that may be long and is of one file alone", () => {
    const long = `/d/e/${"x".repeat(255)}`;
    const { partial, journal } = scratchNames(long, "7");
    expect(dirname(partial)).toBe("/d/e");
    expect(partial).toMatch(/^\/d\/e\/\.bsmount-[0-9a-f]{24}\.partial$/);
    expect(journal).toBe(`${partial}.parts`);
    const others = [scratchNames(long, "8"), scratchNames("/d/e/x", "7")];
    expect(new Set([partial, ...others.map((names) => names.partial)]).size).toBe(3);
    expect(scratchNames(long, "7").partial).toBe(partial);
  });
});
