import { chmodSync, existsSync } from "node:fs";
import { readdir, rm, statfs, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AppResultId } from "../../src/core/ids.ts";
import { stagedUploads } from "../../src/write/leftovers.ts";
import { Staging } from "../../src/write/staging.ts";
import type { StagedBytes } from "../../src/write/staging-folder.ts";
import { withDiskLimit } from "../helpers/disk-limit.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";
import { OWNER } from "../helpers/upload-world.ts";

const resultFile = { appResultId: "3" as AppResultId, resultPath: "/r", path: "f" };

let folder: TempDir;
let staging: Staging;

beforeEach(async () => {
  folder = await tempDir();
  staging = new Staging(folder.join("staging"), { owner: OWNER, maxFiles: 2 });
});

afterEach(async () => {
  await staging[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

async function mounts(): Promise<string[]> {
  const names = await readdir(staging.parent);
  return names.filter((name) => name.startsWith("mount-"));
}

describe("the staging of a session", () => {
  test("has no folder before something is written, and one for all that is written at once", async () => {
    expect(existsSync(staging.parent)).toBe(false);
    const files = await Promise.all([
      staging.createFile(resultFile),
      staging.createFile(resultFile),
    ]);
    expect(await mounts()).toHaveLength(1);
    for (const { bytes } of files) await bytes.discard();
    await staging[Symbol.asyncDispose]();
    expect(await mounts()).toEqual([]);
  });

  test("creates no more files than it has descriptors for, until one is closed", async () => {
    const first = await staging.createFile(resultFile);
    const second = await staging.createFile(resultFile);
    const full = {
      reason: "no-descriptors",
      message: "cannot write another file: 2 are open, or not uploaded yet",
      remedy: expect.stringContaining("close some, or allow more open files"),
    };
    await expect(staging.createFile(resultFile)).rejects.toMatchObject(full);
    await expect(staging.createFile(resultFile)).rejects.toMatchObject(full);
    await first.bytes.discard();
    const third = await staging.createFile(resultFile);
    await expect(staging.createFile(resultFile)).rejects.toMatchObject(full);
    for (const { bytes } of [second, third]) await bytes.discard();
  });

  test("does not count files that could not be made", async () => {
    const { bytes } = await staging.createFile(resultFile);
    for (let round = 0; round < 3; round += 1) {
      const failing = withDiskLimit(5, async () => await staging.createFile(resultFile));
      await expect(failing).rejects.toMatchObject({ reason: "environment" });
    }
    const { bytes: other } = await staging.createFile(resultFile);
    const [mount = ""] = await mounts();
    expect((await readdir(folder.join("staging", mount))).toSorted()).toEqual([
      "1",
      "5",
      "journal",
    ]);
    await bytes.discard();
    await other.discard();
  });

  test("[W19] begins another folder for many files, so that each journal can be read after a crash", async () => {
    await using many = new Staging(folder.join("many"), { owner: OWNER, folderFiles: 3 });
    const files: StagedBytes[] = [];
    for (let at = 0; at < 7; at += 1) files.push(await many.createFile(resultFile));
    const inFolders = (): readonly string[] => files.map(({ bytes }) => dirname(bytes.path));
    expect(new Set(inFolders()).size).toBe(3);
    expect(await stagedUploads(many.parent)).toHaveLength(7);
    expect(files.every(({ bytes }) => many.isOwn(bytes.path))).toBe(true);
    // What was deleted is not in the journal any more.
    for (const { bytes, journal } of files) {
      await bytes.discard();
      journal.forget();
    }
    files.push(await many.createFile(resultFile));
    expect(new Set(inFolders()).size).toBe(3);
    await files.at(-1)?.bytes.discard();
  });

  test("makes its folder again when somebody removed it", async () => {
    const { bytes } = await staging.createFile(resultFile);
    const before = await mounts();
    await rm(staging.parent, { recursive: true });
    const two = await Promise.all([staging.createFile(resultFile), bytes.discard()]);
    const after = await mounts();
    expect(after).toHaveLength(1);
    expect(after).not.toEqual(before);
    await two[0].bytes.write(0, Buffer.from("kept"));
    await two[0].bytes.close();
    await staging[Symbol.asyncDispose]();
    expect(await stagedUploads(staging.parent)).toMatchObject([{ sizeBytes: 4, resultFile }]);
  });

  test("says why when its folder cannot be made, each time, and makes it as soon as it can", async () => {
    await writeFile(staging.parent, "in the way");
    for (let round = 0; round < 3; round += 1) {
      await expect(staging.createFile(resultFile)).rejects.toMatchObject({ reason: "environment" });
    }
    await rm(staging.parent);
    const { bytes } = await staging.createFile(resultFile);
    await bytes.discard();
  });

  test("knows the room on its disk, also before anything is written", async () => {
    const { bsize, blocks } = await statfs(folder.path);
    const { totalBytes, freeBytes } = await staging.space();
    expect(totalBytes).toBe(bsize * blocks);
    expect(freeBytes).toBeGreaterThan(0);
    expect(freeBytes).toBeLessThanOrEqual(totalBytes);
    chmodSync(staging.parent, 0o700);
    await rm(staging.parent, { recursive: true });
    await writeFile(staging.parent, "in the way");
    await expect(staging.space()).rejects.toMatchObject({ reason: "environment" });
  });

  test("without a limit takes many files", async () => {
    await using unlimited = new Staging(folder.join("other"), { owner: OWNER });
    const files = await Promise.all(
      Array.from({ length: 20 }, async () => await unlimited.createFile(resultFile)),
    );
    for (const { bytes } of files) await bytes.discard();
  });
});
