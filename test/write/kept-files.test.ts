import { readdir } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import type { StagedFile } from "../../src/write/staged-file.ts";
import { Staging } from "../../src/write/staging.ts";
import { OWNER } from "../helpers/upload-world.ts";
import { useStagedFiles } from "../helpers/staged-files-world.ts";

/* Complete files whose bytes stay in staging to be read, and when they are evicted. */

const here = useStagedFiles();
const { use, written } = here;

async function finished(path: string, text: string = path): Promise<StagedFile> {
  const file = await written(path, text);
  await here.files.finishing.finish(file, neverAborted);
  return file;
}

const staged = (): string[] =>
  here.files.lists.files.filter(({ isStaged }) => isStaged).map(({ path }) => path);

describe("finished files", () => {
  test("stay staged up to their number, the oldest goes first", async () => {
    await use({ keptFiles: 2 });
    for (const path of ["a", "b", "c", "d"]) await finished(path);
    await expect.poll(staged).toEqual(["c", "d"]);
    expect(here.files.lists.files).toHaveLength(4);
  });

  test("stay staged up to their total size", async () => {
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
    const reader = here.files.openForReading(a);
    await finished("c");
    expect(staged()).toEqual(["a", "b", "c"]);
    reader.close();
    expect(staged()).toEqual(["a", "c"]);
  });

  test("count as room on the disk while nobody has them open", async () => {
    const blocks = { totalBytes: 10_000, freeBytes: 1000 };
    const staging = new Staging(here.world.stagingPath, { owner: OWNER, memoryBytes: 0 });
    staging.space = async () => blocks;
    await use({ staging });
    const file = await finished("a", "x".repeat(50));
    expect(await here.files.space()).toEqual({ totalBytes: 10_000, freeBytes: 1050 });
    const reader = here.files.openForReading(file);
    expect(await here.files.space()).toEqual({ totalBytes: 10_000, freeBytes: 1000 });
    reader.close();
    blocks.freeBytes = 9_990;
    expect(await here.files.space()).toEqual({ totalBytes: 10_000, freeBytes: 10_000 });
  });
});

describe("when there is no room for what is written", () => {
  test("kept files are evicted, and only as many as all writers need", async () => {
    await use({ maxFiles: 2 });
    await finished("a");
    await finished("b");
    const both = await Promise.all([written("c"), written("d")]);
    // Either of the two may have been made first.
    expect(staged().toSorted()).toEqual(["c", "d"]);
    for (const file of both) await here.files.finishing.finish(file, neverAborted);
    expect(await here.world.remote()).toHaveLength(4);
  });

  test("what is open, or BaseSpace lacks, stays, and the call fails", async () => {
    await use({ maxFiles: 3 });
    const open = await finished("open");
    const reader = here.files.openForReading(open);
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
    expect(here.files.lists.files.map(({ path }) => path)).not.toContain("too many");
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
    // Their sizes are those of large files, of which two are enough.
    for (const file of [a, b, c]) {
      Object.defineProperty(file, "sizeBytes", { value: 32 * mib });
      here.files.openForReading(file).close();
    }
    await written("d");
    await written("e");
    expect(staged()).toEqual(["c", "d", "e"]);
  });
});

test("what is evicted is deleted from the disk, and from the journal", async () => {
  await use({ keptFiles: 1 });
  await finished("a");
  await finished("b");
  const mount =
    (await readdir(here.world.stagingPath)).find((name) => name.startsWith("mount-")) ?? "";
  await expect
    .poll(async () => (await readdir(`${here.world.stagingPath}/${mount}`)).toSorted())
    .toEqual(["2", "journal"]);
});

test("an app result with more files than are remembered leaves the older half to BaseSpace", async () => {
  const forgotten: string[] = [];
  await use({ keptFiles: 0, listedFiles: 4, onForgotten: (id) => forgotten.push(id) });
  const open = await written("open");
  for (const path of ["b", "c", "d"]) await finished(path);
  expect(forgotten).toEqual([]);
  await finished("e");
  expect(forgotten).toEqual([here.world.appResultId]);
  expect(here.files.lists.files.map(({ path }) => path)).toEqual(["open", "c", "d", "e"]);
  await here.files.finishing.finish(open, neverAborted);
});
