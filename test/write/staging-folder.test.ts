import { readdir, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { AppResultId } from "../../src/core/ids.ts";
import { type StagedUpload, stagedUploads, tidyStaging } from "../../src/write/leftovers.ts";
import { type StagedBytes, StagingFolder } from "../../src/write/staging-folder.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";
import { OWNER } from "../helpers/upload-world.ts";

/* The folder in which a session stages its files, and what the next one finds there. */

const RESULT = { appResultId: "3" as AppResultId, resultPath: "/projects/p/appresults/r" };

let parent: TempDir;

beforeEach(async () => {
  parent = await tempDir();
});

afterEach(async () => await parent[Symbol.asyncDispose]());

async function names(folder: string): Promise<string[]> {
  return (await readdir(folder)).toSorted();
}

const resultFile = (path: string): typeof RESULT & { path: string } => ({ ...RESULT, path });

async function file(folder: StagingFolder, path: string, text: string): Promise<StagedBytes> {
  const staged = await folder.createFile(resultFile(path));
  await staged.bytes.write(0, Buffer.from(text));
  return staged;
}

test("a folder of staging files is found with everything that happened in it, while it lives and afterwards", async () => {
  const folder = await StagingFolder.create(parent.path, OWNER);
  const one = await file(folder, "one", "1");
  const two = await file(folder, "two", "22");
  const three = await file(folder, "three", "333");
  const four = await file(folder, "four", "4444");
  await one.journal.recordName({ path: "other" });
  two.journal.recordFinish();
  three.journal.recordFinish();
  await three.journal.recordChange();
  four.journal.recordFailure("no net");
  await four.journal.recordChange();
  const expected = [
    { resultFile: resultFile("other"), sizeBytes: 1 },
    { resultFile: resultFile("three"), sizeBytes: 3 },
    { resultFile: resultFile("four"), sizeBytes: 4, why: "no net" },
  ];
  const bySize = async (): Promise<readonly StagedUpload[]> =>
    (await stagedUploads(parent.path)).toSorted((a, b) => a.sizeBytes - b.sizeBytes);
  const owner = { pid: process.pid, apiServer: OWNER.apiServer };
  expect(await bySize()).toMatchObject(
    expected.map((each) => ({ ...owner, ...each, isLive: true })),
  );
  expect(await tidyStaging(parent.path)).toEqual([]);
  for (const { bytes } of [one, two, three, four]) await bytes.close();
  await folder[Symbol.asyncDispose]();
  expect(await bySize()).toMatchObject(expected.map((each) => ({ ...each, isLive: false })));
  expect(await names(folder.path)).toEqual(["1", "2", "3", "4", "journal"]);
  expect(await tidyStaging(parent.path)).toHaveLength(3);
  expect(await names(folder.path)).toEqual(["1", "3", "4", "journal"]);
});

test("a folder of staging files is deleted at its end when all files in it were deleted", async () => {
  const folder = await StagingFolder.create(parent.path, OWNER);
  const one = await file(folder, "one", "1");
  await one.bytes.discard();
  one.journal.forget();
  await folder[Symbol.asyncDispose]();
  expect(await readdir(parent.path)).toEqual([]);
});

test("a folder of staging files is private, and so is what is in it", async () => {
  const folder = await StagingFolder.create(parent.join("new", "staging"), OWNER);
  const { bytes } = await file(folder, "one", "1");
  const modes = [
    parent.join("new", "staging"),
    folder.path,
    bytes.path,
    join(folder.path, "journal"),
  ];
  const found = await Promise.all(modes.map(async (path) => (await stat(path)).mode & 0o777));
  expect(found).toEqual([0o700, 0o700, 0o600, 0o600]);
  await bytes.discard();
  await folder[Symbol.asyncDispose]();
});

test("a folder of staging files stays at its end when nobody can tell what is in it", async () => {
  const folder = await StagingFolder.create(parent.path, OWNER);
  const { bytes } = await file(folder, "one", "1");
  await bytes.close();
  // A file in its place cannot be listed.
  const moved = parent.join("moved");
  await rename(folder.path, moved);
  await writeFile(folder.path, "in its place");
  await folder[Symbol.asyncDispose]();
  expect(await names(moved)).toEqual(["1", "journal"]);
  expect((await stat(folder.path)).isFile()).toBe(true);
});

test("a folder of staging files that cannot be made leaves nothing, and says why", async () => {
  await writeFile(parent.join("file"), "");
  const making = StagingFolder.create(parent.join("file"), OWNER);
  await expect(making).rejects.toMatchObject({
    reason: "environment",
    message: expect.stringContaining("cannot make the folder"),
  });
  expect(await readdir(parent.path)).toEqual(["file"]);
});
