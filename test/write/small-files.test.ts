import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { BASESPACE_PARTS } from "../../src/upload/part-plan.ts";
import type { AskWriters } from "../../src/write/file-writer.ts";
import { stagedUploads } from "../../src/write/leftovers.ts";
import type { StagedWriter } from "../../src/write/staged-writer.ts";
import { useStagedFiles } from "../helpers/staged-files-world.ts";

/* When small files are on the disk, in mode `through`. */

const MIB = 1024 * 1024;
const here = useStagedFiles();

beforeEach(async () => {
  await here.use({ memoryBytes: MIB });
});

/** The staging files of this session, as `content`. */
async function onDisk(): Promise<readonly string[]> {
  const folder = here.world.stagingPath;
  const [name = ""] = (await readdir(folder)).filter((one) => one.startsWith("mount-"));
  const files = (await readdir(join(folder, name))).filter((one) => /^\d+$/.test(one));
  const texts = files.map(async (file) => await readFile(join(folder, name, file), "latin1"));
  return (await Promise.all(texts)).toSorted();
}

async function writing(path: string, text = path): Promise<StagedWriter> {
  const writer = await here.files.createForWriting(here.world.resultFile(path));
  if (text !== "") await writer.write(0, Buffer.from(text));
  return writer;
}

const nobody: AskWriters = async () => "closed";
const somebody: AskWriters = async () => "open";
const killed: AskWriters = async () => "killed";

describe("a small file", () => {
  test("[W4] that BaseSpace has when it is closed was never on the disk", async () => {
    for (const path of ["a", "b"]) {
      const writer = await writing(path);
      expect(await onDisk()).toEqual([]);
      await writer.flush(nobody, neverAborted);
      writer.close();
      expect(writer.file.isStaged).toBe(true);
    }
    expect(await here.world.remote()).toEqual(["a=a", "b=b"]);
    expect(await onDisk()).toEqual([]);
    expect(await stagedUploads(here.world.stagingPath)).toEqual([]);
  });

  test("[W13] that is open for writing is seen by other processes", async () => {
    const writer = await writing("f");
    expect(await stagedUploads(here.world.stagingPath)).toMatchObject([
      { isLive: true, state: "open", resultFile: { path: "f" } },
    ]);
    await here.files.abandon(writer, neverAborted);
    await expect.poll(async () => await stagedUploads(here.world.stagingPath)).toEqual([]);
  });

  test.each<[string, (writer: StagedWriter) => unknown, readonly string[]]>([
    ["it is synced", async (writer) => await writer.sync(), ["f"]],
    [
      "another program has it open at a close",
      async (writer) => await writer.flush(somebody, neverAborted),
      ["f"],
    ],
    ["its writer was killed", async (writer) => await writer.flush(killed, neverAborted), ["f"]],
    ["its last writer closes it without a flush", (writer) => writer.close(), ["f"]],
  ])("is on the disk when %s", async (_when, act, expected) => {
    here.world.emulator.addFaults("POST /appresults/*/files status=403");
    await act(await writing("f"));
    await expect.poll(onDisk).toEqual(expected);
    here.world.emulator.clearFaults();
  });

  test("[W10] with a temporary name is on the disk when its close returns", async () => {
    const writer = await writing("f.tmp");
    await writer.flush(nobody, neverAborted);
    expect(await onDisk()).toEqual(["f.tmp"]);
    writer.close();
  });

  test("[W2] that replaces another is on the disk before that is lost", async () => {
    const writer = await writing("f");
    const [replaced] = [await here.written("g")];
    const occupants = { file: replaced, versions: [] };
    await here.files.names.rename(writer.file, { path: "g", replaced: occupants }, neverAborted);
    expect(await onDisk()).toEqual(["f"]);
    writer.close();
  });

  test("[W5] whose upload failed is on the disk when its close fails", async () => {
    here.world.emulator.addFaults("POST /appresults/*/files status=403");
    const writer = await writing("f");
    const flushing = async (): Promise<void> => await writer.flush(nobody, neverAborted);
    await expect(flushing()).rejects.toMatchObject({ reason: "access-denied" });
    expect(await onDisk()).toEqual(["f"]);
    writer.close();
    here.world.emulator.clearFaults();
    await here.files.finishing.finishAll(neverAborted);
    expect(await here.world.remote()).toEqual(["f=f"]);
  });

  test("[W20] that is written for two seconds is on the disk", async () => {
    const writer = await writing("f");
    await expect.poll(() => here.world.clock.sleeping).toBe(1);
    here.world.clock.advance(1999);
    expect(await onDisk()).toEqual([]);
    here.world.clock.advance(1);
    await expect.poll(onDisk).toEqual(["f"]);
    await writer.write(1, Buffer.from("g"));
    expect(await onDisk()).toEqual(["fg"]);
    writer.close();
  });

  test("[W15] is on the disk when the session ends", async () => {
    const [open] = [await writing("open"), await writing("empty", "")];
    const folder = here.world.stagingPath;
    await here.files[Symbol.asyncDispose]();
    const left = (await stagedUploads(folder)).toSorted((a, b) => a.sizeBytes - b.sizeBytes);
    expect(left).toMatchObject(
      ["empty", "open"].map((path) => ({ isLive: false, state: "open", resultFile: { path } })),
    );
    expect(await onDisk()).toEqual(["", "open"]);
    open.close();
  });

  test("[W20] that is empty is on the disk when its close returns: it is finished later", async () => {
    const writer = await writing("f", "");
    await writer.flush(nobody, neverAborted);
    expect(await onDisk()).toEqual([""]);
    writer.close();
  });

  test("[W20] that is complete is on the disk when it is written again", async () => {
    const writer = await writing("f");
    await writer.flush(nobody, neverAborted);
    writer.close();
    expect(await onDisk()).toEqual([]);
    const again = here.files.openForWriting(writer.file);
    await again.write(1, Buffer.from("g"));
    expect(await onDisk()).toEqual(["fg"]);
    again.close();
  });

  test("[W2] that is complete is uploaded again after a rename, from the disk", async () => {
    const writer = await writing("f");
    await writer.flush(nobody, neverAborted);
    writer.close();
    here.world.emulator.addFaults("POST /appresults/*/files delay=300");
    await writer.file.content.reopen();
    expect(await onDisk()).toEqual(["f"]);
    here.world.emulator.clearFaults();
  });
});

test("small files that BaseSpace has make room for others in memory", async () => {
  await here.use({ memoryBytes: 64 * MIB, plan: BASESPACE_PARTS });
  const bytes = Buffer.alloc(256 * 1024, "x");
  const writers: StagedWriter[] = [];
  for (let at = 0; at < 66; at += 1) {
    const writer = await writing(`f${at}`, "");
    await writer.write(0, bytes);
    await writer.flush(nobody, neverAborted);
    writer.close();
    writers.push(writer);
  }
  const staged = writers.map(({ file }) => file.isStaged);
  expect(staged.slice(0, 2)).toEqual([false, false]);
  expect(staged.slice(2)).toEqual(Array.from({ length: 64 }, () => true));
  expect(await onDisk()).toEqual([]);
});
