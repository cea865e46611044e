import { createHash } from "node:crypto";
import { open, writeFile } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { FileEntry } from "../../src/api/models/models.ts";
import { compareWithEtag } from "../../src/api/transfers/compare-with-etag.ts";
import { ContentCheck } from "../../src/api/transfers/content-check.ts";
import type { ContentRead } from "../../src/api/transfers/content-judge.ts";
import { FollowingDigests } from "../../src/api/digests/following-digests.ts";
import { isSameUpload } from "../../src/api/transfers/same-upload.ts";
import { memorySource } from "../../src/api/transfers/upload-source.ts";
import { Md5Thread } from "../../src/api/digests/md5-thread.ts";
import { SharedBuffers } from "../../src/core/shared-buffers.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

/* Whether content is what BaseSpace says that it has. */

const MIB = 1024 * 1024;
const md5 = (bytes: Uint8Array): Buffer => createHash("md5").update(bytes).digest();
const hex = (bytes: Uint8Array): string => md5(bytes).toString("hex");
const short = Buffer.from("chr1\t1\t2\n");
const other = Buffer.from("chr1\t1\t3\n");
const inOnePart = (bytes: Uint8Array): string => `${hex(md5(bytes))}-1`;
const long = Buffer.alloc(11 * MIB, "abcdefghijklmnopqrstuvw");
const inThreeParts = [0, 5 * MIB, 10 * MIB].map((at) => md5(long.subarray(at, at + 5 * MIB)));
const longEtag = `${hex(Buffer.concat(inThreeParts))}-3`;

let dir: TempDir;
let thread: Md5Thread;

beforeAll(() => {
  thread = new Md5Thread();
});

afterAll(async () => await thread.close());

beforeEach(async () => {
  dir = await tempDir();
});

afterEach(async () => await dir[Symbol.asyncDispose]());

interface Checked {
  readonly etag?: string;
  readonly received?: string;
  /** What comes, and what comes when it is read again. */
  readonly comes: readonly (Buffer | undefined)[];
  readonly sizeBytes?: number;
}

/** How the content is found to be compared, after how many readings. */
async function check(
  { etag, received, comes: [first, ...again], sizeBytes }: Checked,
  readings: number[] = [],
): Promise<string> {
  const size = sizeBytes ?? first?.length ?? 0;
  const common = { id: "7", name: "x", sizeBytes: size };
  const file = etag === undefined ? common : { ...common, etag };
  const readAgain = async (reading: number): Promise<ContentRead | undefined> => {
    readings.push(reading);
    const bytes = again[reading - 2];
    if (bytes === undefined) return undefined;
    await using repeated = new ContentCheck({ md5s: thread, file, readAgain });
    await repeated.add(bytes, received);
    return await repeated.read();
  };
  await using content = new ContentCheck({ md5s: thread, file, readAgain });
  if (first !== undefined) {
    await content.add(first.subarray(0, 4), received);
    // Counts from the first bytes on.
    await content.add(first.subarray(4), hex(other));
  }
  return await content.end();
}

/** The same with another byte in it. */
function damaged(bytes: Buffer, at = 7): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

describe("content that was read from its beginning to its end", () => {
  test.each<[string, Checked, string]>([
    ["has the MD5", { etag: hex(short), comes: [short] }, "md5"],
    ["has the MD5 of its only part", { etag: inOnePart(short), comes: [short] }, "md5s"],
    ["has the MD5 that came with it", { received: hex(short), comes: [short] }, "md5"],
    ["has its own MD5, not what came", { etag: hex(short), received: "x", comes: [short] }, "md5"],
    ["has no MD5", { comes: [short] }, "parts"],
    ["has an MD5 of parts that nobody knows", { etag: `${hex(short)}-3`, comes: [short] }, "parts"],
    ["has no byte", { etag: hex(short), comes: [], sizeBytes: 0 }, "md5"],
    ["was never read", { etag: hex(short), comes: [], sizeBytes: 5 }, "parts"],
    ["has the MD5 of its parts", { etag: longEtag, comes: [long] }, "md5s"],
  ])("is taken when it %s", async (_title, content, verified) => {
    const readings: number[] = [];
    expect(await check(content, readings)).toBe(verified);
    expect(readings).toEqual([]);
  });

  test.each<[string, Checked, readonly number[], string]>([
    [
      "alike, so that its parts are others",
      { etag: longEtag, comes: [damaged(long), damaged(long)] },
      [2],
      "parts",
    ],
    [
      "without a word of its bytes",
      { etag: longEtag, comes: [damaged(long), undefined] },
      [2],
      "parts",
    ],
    [
      "alike at last",
      { etag: longEtag, comes: [damaged(long), damaged(long, 9), damaged(long)] },
      [2, 3],
      "parts",
    ],
  ])("is taken when it comes again %s", async (_title, content, expected, verified) => {
    const readings: number[] = [];
    expect(await check(content, readings)).toBe(verified);
    expect(readings).toEqual(expected);
  });

  const wrong = (whose: string, is: string, not: string): RegExp =>
    new RegExp(
      `^file 7 \\(x\\) arrived with other content than BaseSpace has: ${whose} is ${is}, not ${not}$`,
    );
  const parts = "the MD5 of the parts' MD5s";
  const three = longEtag.slice(0, 32);
  test.each<[string, Checked, readonly number[], RegExp]>([
    [
      "by its MD5",
      { etag: hex(short), comes: [other] },
      [],
      wrong("the MD5", hex(other), hex(short)),
    ],
    [
      "by that of its only part",
      { etag: inOnePart(short), comes: [other] },
      [],
      wrong(parts, hex(md5(other)), hex(md5(short))),
    ],
    [
      "by a second reading that is right",
      { etag: longEtag, comes: [damaged(long), long] },
      [2],
      wrong(parts, "another one", three),
    ],
    [
      "by three that differ",
      { etag: longEtag, comes: [damaged(long), damaged(long, 8), damaged(long, 9)] },
      [2, 3],
      wrong(parts, "another one", three),
    ],
  ])("is known to be wrong %s", async (_title, content, expected, message) => {
    const readings: number[] = [];
    await expect(check(content, readings)).rejects.toMatchObject({
      reason: "changed",
      message: expect.stringMatching(message),
      remedy: expect.stringContaining("try again"),
    });
    expect(readings).toEqual(expected);
  });

  test("lets go of its digests, begun or not", async () => {
    const file = { id: "7", name: "x", sizeBytes: MIB, etag: hex(short) };
    const readAgain = async (): Promise<undefined> => undefined;
    const unused = new ContentCheck({ md5s: thread, file, readAgain });
    await unused[Symbol.asyncDispose]();
    expect(await unused.read()).toBeUndefined();
    const begun = new ContentCheck({ md5s: thread, file, readAgain });
    await begun.add(short);
    await begun[Symbol.asyncDispose]();
    expect((await begun.read())?.md5s).toEqual([]);
  });
});

describe("a local file that is compared with an ETag", () => {
  test.each([
    ["of the whole", hex(short), "md5"],
    ["of the whole, in capitals", hex(short).toUpperCase(), "md5"],
    ["of its only part", inOnePart(short), "md5s"],
    ["of another one", hex(other), "other"],
    ["of another only part", inOnePart(other), "other"],
    ["of parts that it cannot have", `${hex(short)}-2`, "unknown"],
    ["of nothing", undefined, "unknown"],
  ])("is found to be what it is, by one %s", async (_title, etag, compared) => {
    await writeFile(dir.join("f"), short);
    expect(await compareWithEtag(dir.join("f"), etag)).toBe(compared);
  });

  test("is compared by all sizes that its parts may have", async () => {
    await writeFile(dir.join("f"), long);
    expect(await compareWithEtag(dir.join("f"), longEtag)).toBe("md5s");
    await writeFile(dir.join("f"), damaged(long, 11 * MIB - 1));
    expect(await compareWithEtag(dir.join("f"), longEtag)).toBe("unknown");
  });

  test("does not exist, or was aborted, with the reason", async () => {
    await expect(compareWithEtag(dir.join("no"), hex(short))).rejects.toMatchObject({
      reason: "not-found",
    });
    await writeFile(dir.join("f"), short);
    const reason = new Error("gave up");
    const gaveUp = compareWithEtag(dir.join("f"), hex(short), AbortSignal.abort(reason));
    await expect(gaveUp).rejects.toBe(reason);
  });
});

describe("digests of a file that is being written", () => {
  test.each([
    ["in order", [0, 3, 5, 9]],
    ["backwards", [9, 5, 3, 0]],
    ["mixed", [3, 0, 9, 5]],
  ])("are right when its parts land %s", async (_title, starts) => {
    await writeFile(dir.join("f"), long);
    await using file = await open(dir.join("f"), "r");
    const running = await thread.digests(["whole"], long.length);
    await using following = new FollowingDigests(running, file, new SharedBuffers(MIB));
    const edges = [0, 3, 5, 9, 11];
    for (const start of starts) {
      const end = edges[edges.indexOf(start) + 1] ?? 0;
      following.landed({ start: start * MIB, end: end * MIB });
    }
    expect(await following.end()).toEqual([hex(long)]);
  });

  test("fail when another process cut the file, and accept no more", async () => {
    await writeFile(dir.join("f"), long.subarray(0, MIB + 1));
    await using file = await open(dir.join("f"), "r");
    const running = await thread.digests(["whole"], long.length);
    await using following = new FollowingDigests(running, file, new SharedBuffers(MIB));
    following.landed({ start: 0, end: 3 * MIB });
    const failure = {
      reason: "changed",
      message: "a file that is being downloaded was cut short by another process",
      remedy: "download it again",
    };
    await expect(following.end()).rejects.toMatchObject(failure);
    following.landed({ start: 3 * MIB, end: 4 * MIB });
    await expect(following.end()).rejects.toMatchObject(failure);
  });
});

describe("the file that has the Id of a journal", () => {
  const created = "2020-02-02T00:00:00.000Z";
  const destination = { appResultId: "31", path: "a/x" };
  const ofSample = { sampleId: "5", path: "a/x" };
  const name = {
    fileId: "7",
    place: "somewhere",
    sizeBytes: 9,
    mtimeMs: 1,
    partBytes: 5 * MIB,
    created,
  };
  const entry = (raw: object, more: object = {}): FileEntry =>
    ({ id: "7", path: "a/x", dateCreated: new Date(created), raw, ...more }) as FileEntry;
  const at = (ms: number): object => ({ dateCreated: new Date(Date.parse(created) + ms) });

  test.each<[string, FileEntry, typeof destination | typeof ofSample, boolean]>([
    ["in the same result", entry({ ParentAppResult: { Id: "31" } }), destination, true],
    ["in the same result, by a number", entry({ ParentAppResult: { Id: 31 } }), destination, true],
    ["in the same sample", entry({ ParentSample: { Id: "5" } }), ofSample, true],
    ["in an unknown parent", entry({}), destination, true],
    ["in a parent that is null", entry({ ParentAppResult: null }), ofSample, true],
    ["in another result", entry({ ParentAppResult: { Id: "32" } }), destination, false],
    ["in another result, by a number", entry({ ParentAppResult: { Id: 32 } }), destination, false],
    ["in a sample", entry({ ParentSample: { Id: "31" } }), destination, false],
    ["in a result, not in the sample", entry({ ParentAppResult: { Id: "5" } }), ofSample, false],
    ["of another path", entry({}, { path: "a/y" }), destination, false],
    ["two seconds older", entry({}, at(-2000)), destination, true],
    ["two seconds newer", entry({}, at(2000)), destination, true],
    ["older still", entry({}, at(-2001)), destination, false],
    ["newer still", entry({}, at(2001)), destination, false],
  ])("is the one that was begun or not: %s", (_title, file, to, isSame) => {
    expect(isSameUpload(file, name, to)).toBe(isSame);
  });
});

test("bytes in memory are a source that is what it was", async () => {
  await using source = memorySource(short);
  expect(source.sizeBytes).toBe(9);
  expect(source.mtimeMs).toBeUndefined();
  const part = await source.use({ start: 3, end: 6 }, async (bytes) => Buffer.from(bytes));
  expect(part.equals(short.subarray(3, 6))).toBe(true);
  expect(await source.isUntouched()).toBe(true);
  expect(source.changedError()).toMatchObject({
    reason: "changed",
    message: "what is uploaded changed while it was uploaded",
    remedy: "upload it again when nothing writes to it",
  });
});
