import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { Md5Thread, type RunningDigests } from "../../../src/api/digests/md5-thread.ts";
import { md5OfBytes } from "../../../src/api/digests/md5-of-bytes.ts";
import { type DigestOf, FileDigests } from "../../../src/api/digests/file-digests.ts";

const bytes = Buffer.from("the quick brown fox jumps over the lazy dog");
const md5 = (of: Uint8Array): Buffer => createHash("md5").update(of).digest();

/** The MD5 of the MD5s of parts that end there. */
function ofParts(...ends: readonly number[]): string {
  const parts = ends.map((end, at) => md5(bytes.subarray(ends[at - 1] ?? 0, end)));
  return md5(Buffer.concat(parts)).toString("hex");
}

const table: readonly (readonly [of: DigestOf, md5: string])[] = [
  ["whole", md5(bytes).toString("hex")],
  [[{ parts: 9, partBytes: 10 }], ofParts(10, 20, 30, 40, 43)],
  [[{ parts: 1, partBytes: 43 }], ofParts(43)],
  [[{ parts: 43, partBytes: 1 }], ofParts(...Array.from(bytes, (_, at) => at + 1))],
  [
    [
      { parts: 2, partBytes: 5 },
      { parts: 9, partBytes: 20 },
    ],
    ofParts(5, 10, 30, 43),
  ],
];
const wanted = table.map(([of]) => of);
const right = table.map(([, digest]) => digest);

describe("the digests of a file", () => {
  test.each([1, 3, 5, 10, 42, 43, 44])("are right when it comes %i bytes at a time", (step) => {
    const digests = new FileDigests(wanted);
    for (let at = 0; at < bytes.length; at += step) digests.update(bytes.subarray(at, at + step));
    digests.update(Buffer.alloc(0));
    expect(digests.end()).toEqual(right);
  });

  test.each([
    ["a short one, by the thread that asks", bytes.length],
    ["a long one, by a thread of its own", 1024 * 1024],
  ])("are right for several files at a time: %s", async (_title, sizeBytes) => {
    const thread = new Md5Thread();
    const [first, second] = [
      await thread.digests(wanted, sizeBytes),
      await thread.digests(["whole"], sizeBytes),
    ];
    for (const byte of bytes) {
      await first.add(Buffer.from([byte]));
      await second.add(Buffer.from([byte ^ 1]));
    }
    expect(await second.end()).toEqual([md5(bytes.map((byte) => byte ^ 1)).toString("hex")]);
    expect(await first.end()).toEqual(right);
    await first[Symbol.asyncDispose]();
    await thread.close();
  });

  test("of a long file fail when the thread ends, without waiting", async () => {
    const thread = new Md5Thread();
    const digests = await thread.digests(["whole"], 1024 * 1024);
    await digests.add(bytes);
    await thread.close();
    const failure = {
      reason: "unavailable",
      message: "the MD5 of a file is not known: the thread that computes it has ended",
      remedy: "try again",
    };
    await expect(digests.add(bytes)).rejects.toMatchObject(failure);
    await expect(digests.end()).rejects.toMatchObject(failure);
    await digests[Symbol.asyncDispose]();
    const afterwards = await thread.digests(["whole"], 1024 * 1024);
    await afterwards.add(bytes);
    expect(await afterwards.end()).toEqual([md5(bytes).toString("hex")]);
  });

  test("of a short file continue when the thread ends, and those of a long one do not", async () => {
    const thread = new Md5Thread();
    const begin = async (sizeBytes: number): Promise<RunningDigests> =>
      await thread.digests(["whole"], sizeBytes);
    const [short, long] = [await begin(256 * 1024 - 1), await begin(256 * 1024)];
    await thread.close();
    await short.add(bytes);
    expect(await short.end()).toEqual([md5(bytes).toString("hex")]);
    await expect(long.add(bytes)).rejects.toMatchObject({ reason: "unavailable" });
  });

  test("of a long file that were dropped have no bytes of what was added", async () => {
    const thread = new Md5Thread();
    const digests = await thread.digests(["whole"], 1024 * 1024);
    await digests.add(bytes);
    await digests[Symbol.asyncDispose]();
    expect(await digests.end()).toEqual([]);
    await thread.close();
  });
});

describe("the MD5 of bytes in memory", () => {
  const SLICE = 256 * 1024;

  test.each([0, 1, SLICE - 1, SLICE, SLICE + 1, 3 * SLICE + 5])(
    "is right for %i",
    async (length) => {
      const long = Buffer.alloc(length, "abcdefghijklmnopqrstuvw");
      expect(await md5OfBytes(long)).toBe(md5(long).toString("hex"));
    },
  );

  test.each([
    [SLICE, 0],
    [4 * SLICE, 3],
  ])("of %i bytes lets others have %i turns", async (length, expected) => {
    let turns = 0;
    let isRunning = true;
    const count = (): void => {
      if (!isRunning) return;
      turns += 1;
      setImmediate(count);
    };
    setImmediate(count);
    await md5OfBytes(Buffer.alloc(length));
    isRunning = false;
    expect(turns).toBe(expected);
  });
});
