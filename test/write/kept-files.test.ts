import { readdir } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import type { StagedFile } from "../../src/write/staged-file.ts";
import type { StagedFiles } from "../../src/write/staged-files.ts";
import { Staging } from "../../src/write/staging.ts";
import { type FilesOptions, OWNER, UploadWorld } from "../helpers/upload-world.ts";

/* Finished files whose bytes stay in staging to be read, and what becomes of them when room is short. */

let world: UploadWorld;
let files: StagedFiles;

beforeAll(async () => {
  world = await UploadWorld.start();
});

afterAll(async () => await world?.[Symbol.asyncDispose]());

beforeEach(async () => {
  await world.newResult();
  files = world.files();
});

afterEach(async () => await files[Symbol.asyncDispose]());

async function use(options: FilesOptions): Promise<void> {
  await files[Symbol.asyncDispose]();
  files = world.files(options);
}

async function written(path: string, text: string = path): Promise<StagedFile> {
  const file = await files.create(world.place(path));
  await file.content.write(0, Buffer.from(text));
  return file;
}

async function finished(path: string, text: string = path): Promise<StagedFile> {
  const file = await written(path, text);
  await files.finishing.finish(file, neverAborted);
  return file;
}

const staged = (): string[] =>
  files.lists.files.filter(({ isStaged }) => isStaged).map(({ path }) => path);

describe("finished files", () => {
  test("stay staged up to their number, the oldest goes first", async () => {
    await use({ keptFiles: 2 });
    for (const path of ["a", "b", "c", "d"]) await finished(path);
    await expect.poll(staged).toEqual(["c", "d"]);
    expect(files.lists.files).toHaveLength(4);
  });

  test("stay staged up to their bytes in all", async () => {
    await use({ keptBytes: 10 });
    await finished("a", "1234");
    await finished("b", "123456");
    expect(staged()).toEqual(["a", "b"]);
    await finished("c", "1");
    expect(staged()).toEqual(["b", "c"]);
    await finished("d", "1234");
    expect(staged()).toEqual(["c", "d"]);
    await finished("e", "12345678901");
    expect(staged()).toEqual([]);
  });

  test("that were used again are not the oldest", async () => {
    await use({ keptFiles: 2 });
    const a = await finished("a");
    await finished("b");
    const reader = files.openForReading(a);
    await finished("c");
    expect(staged()).toEqual(["a", "b", "c"]);
    reader.close();
    expect(staged()).toEqual(["a", "c"]);
  });

  test("count as room on the disk while nobody has them open", async () => {
    const blocks = { totalBytes: 10_000, freeBytes: 1000 };
    const staging = new Staging(world.stagingPath, { owner: OWNER });
    staging.space = async () => blocks;
    await use({ staging });
    const file = await finished("a", "x".repeat(50));
    expect(await files.space()).toEqual({ totalBytes: 10_000, freeBytes: 1050 });
    const reader = files.openForReading(file);
    expect(await files.space()).toEqual({ totalBytes: 10_000, freeBytes: 1000 });
    reader.close();
    blocks.freeBytes = 9_990;
    expect(await files.space()).toEqual({ totalBytes: 10_000, freeBytes: 10_000 });
  });
});

describe("when there is no room for what is written", () => {
  test("what is kept is given back, and only as much as is needed for all who write", async () => {
    await use({ maxFiles: 2 });
    await finished("a");
    await finished("b");
    const both = await Promise.all([written("c"), written("d")]);
    // Whichever of the two was made first.
    expect(staged().toSorted()).toEqual(["c", "d"]);
    for (const file of both) await files.finishing.finish(file, neverAborted);
    expect(await world.remote()).toHaveLength(4);
  });

  test("what somebody has open, or BaseSpace lacks, stays, and the error is told", async () => {
    await use({ maxFiles: 3 });
    const open = await finished("open");
    const reader = files.openForReading(open);
    const unfinished = await written("unfinished");
    const kept = await finished("kept");
    const next = await written("next");
    expect([open, unfinished, kept, next].map(({ isStaged }) => isStaged)).toEqual([
      true,
      true,
      false,
      true,
    ]);
    await expect(written("too many")).rejects.toMatchObject({ reason: "no-descriptors" });
    expect(files.lists.files.map(({ path }) => path)).not.toContain("too many");
    reader.close();
    await written("fits");
    expect(open.isStaged).toBe(false);
    const into = Buffer.alloc(10);
    expect(into.toString("latin1", 0, await unfinished.content.read(0, into))).toBe("unfinished");
  });

  test("the oldest go first, until some parts have room", async () => {
    const mib = 1024 * 1024;
    await use({ maxFiles: 4 });
    const [a, b, c] = [await finished("a"), await finished("b"), await finished("c")];
    // As large files, of which two are enough.
    for (const file of [a, b, c]) {
      Object.defineProperty(file, "sizeBytes", { value: 32 * mib });
      files.openForReading(file).close();
    }
    await written("d");
    await written("e");
    expect(staged()).toEqual(["c", "d", "e"]);
  });
});

test("what is given back is gone from the disk, and from the journal's bytes", async () => {
  await use({ keptFiles: 1 });
  await finished("a");
  await finished("b");
  const mount = (await readdir(world.stagingPath)).find((name) => name.startsWith("mount-")) ?? "";
  await expect
    .poll(async () => (await readdir(`${world.stagingPath}/${mount}`)).toSorted())
    .toEqual(["2", "journal"]);
});

test("an app result with more files than are remembered leaves the older half to BaseSpace", async () => {
  const forgotten: string[] = [];
  await use({ keptFiles: 0, listedFiles: 4, onForgotten: (id) => forgotten.push(id) });
  const open = await written("open");
  for (const path of ["b", "c", "d"]) await finished(path);
  expect(forgotten).toEqual([]);
  await finished("e");
  expect(forgotten).toEqual([world.appResultId]);
  expect(files.lists.files.map(({ path }) => path)).toEqual(["open", "c", "d", "e"]);
  await files.finishing.finish(open, neverAborted);
});
