import { describe, expect, test } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import type { StagedFile } from "../../src/write/staged-file.ts";
import { Staging } from "../../src/write/staging.ts";
import { useStagedFiles } from "../helpers/staged-files-world.ts";
import { OWNER } from "../helpers/upload-world.ts";

/* The bytes that staged files may have together: `--staging-size`. */

const here = useStagedFiles();
const alone = async (): Promise<"closed"> => "closed";
const MAX_BYTES = 100;

async function useQuota(): Promise<Staging> {
  const staging = new Staging(here.world.stagingPath, { owner: OWNER, maxBytes: MAX_BYTES });
  await here.use({ staging, writeMode: "back" });
  return staging;
}

const bytes = (count: number): Buffer => Buffer.alloc(count, "x");

async function written(path: string, count: number): Promise<StagedFile> {
  const file = await here.files.create(here.world.resultFile(path));
  await file.content.write(0, bytes(count));
  return file;
}

describe("[W17] staged files that have as many bytes as they may", () => {
  test("refuse more with ENOSPC when nothing is being uploaded, and the file is not finished", async () => {
    const staging = await useQuota();
    const file = await written("f", 60);
    const other = await written("g", 40);
    expect(await staging.space()).toMatchObject({ totalBytes: MAX_BYTES, freeBytes: 0 });
    await expect(other.content.write(40, bytes(1))).rejects.toMatchObject({
      reason: "no-space",
      message: expect.stringContaining("--staging-size"),
    });
    await expect(other.content.finish(neverAborted)).rejects.toMatchObject({ reason: "no-space" });
    await other.content.truncate(0);
    await other.content.write(0, bytes(40));
    for (const each of [file, other]) await here.files.remove(each, neverAborted);
    expect((await staging.space()).freeBytes).toBe(MAX_BYTES);
  });

  test("give back what BaseSpace has", async () => {
    await useQuota();
    const file = await written("f", 90);
    await here.files.finishing.finish(file, neverAborted);
    await written("g", 90);
    expect(file.isStaged).toBe(false);
  });

  test("let a writer wait until an upload that is under way has ended", async () => {
    await useQuota();
    here.world.emulator.addFaults("POST /appresults/*/files n=1 delay=500ms");
    const writer = await here.files.createForWriting(here.world.resultFile("f"));
    await writer.write(0, bytes(90));
    await writer.flush(alone, neverAborted);
    writer.close();
    expect(writer.file.content.isUnfinished).toBe(true);
    await written("g", 90);
    expect(writer.file.content.isUnfinished).toBe(false);
    expect(await here.world.remote()).toEqual([`f=${"x".repeat(90)}`]);
  });

  test("count what is written twice, truncated or written in the same moment once", async () => {
    const staging = await useQuota();
    const file = await here.files.create(here.world.resultFile("f"));
    await Promise.all([0, 20, 40, 60].map(async (at) => await file.content.write(at, bytes(20))));
    await file.content.write(0, bytes(80));
    expect((await staging.space()).freeBytes).toBe(20);
    await file.content.truncate(50);
    expect((await staging.space()).freeBytes).toBe(50);
    await expect(file.content.truncate(101)).rejects.toMatchObject({ reason: "no-space" });
    await file.content.truncate(0);
    await file.content.truncate(100);
    expect((await staging.space()).freeBytes).toBe(0);
  });
});
