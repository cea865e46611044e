import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { takeLock } from "../../src/linux/process-lock.ts";
import { discardLeftover, withEndedFolder } from "../../src/write/ended-folder.ts";
import { StagingFolder, stagingLockOf } from "../../src/write/staging-folder.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";
import { OWNER } from "../helpers/upload-world.ts";

/* A file that an ended mount has left, while another mount or command may take over its folder. */

let parent: TempDir;
let folder: string;

beforeEach(async () => {
  parent = await tempDir();
  folder = parent.join("mount-00000000000a");
  await mkdir(folder);
  const begun = (file: string): string =>
    JSON.stringify({ file, event: "begun", appResultId: "3", resultPath: "/p/r", path: file });
  const header = JSON.stringify({ format: 1, ...OWNER, pid: 4242 });
  await writeFile(join(folder, "journal"), `${[header, begun("1"), begun("2")].join("\n")}\n`);
  for (const name of ["1", "2"]) await writeFile(join(folder, name), name);
});

afterEach(async () => await parent[Symbol.asyncDispose]());

test("[W24] no mount takes the folder over while a file in it is copied", async () => {
  const adopted = await withEndedFolder(
    join(folder, "1"),
    async () => await StagingFolder.adopt(folder, OWNER),
  );
  expect(adopted).toBeUndefined();
  // Afterwards the folder is free again.
  expect(await withEndedFolder(join(folder, "2"), async () => "copied")).toBe("copied");
});

test("[W24] nothing is copied or removed from a folder that a process uses", async () => {
  await using lock = await takeLock(stagingLockOf(folder));
  expect(lock).toBeDefined();
  for (const work of [
    async () => await discardLeftover(join(folder, "1")),
    async () => await withEndedFolder(join(folder, "1"), async () => {}),
  ])
    await expect(work()).rejects.toMatchObject({ reason: "busy" });
  expect((await readdir(folder)).toSorted()).toEqual(["1", "2", "journal"]);
});

test("[W24] a file is removed alone, and its folder with the last one", async () => {
  await discardLeftover(join(folder, "1"));
  expect((await readdir(folder)).toSorted()).toEqual(["2", "journal"]);
  await discardLeftover(join(folder, "2"));
  expect(await readdir(parent.path)).toEqual([]);
});
