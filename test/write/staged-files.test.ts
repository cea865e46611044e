import { readdir } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import type { AppResultId } from "../../src/core/ids.ts";
import { stagedUploads } from "../../src/write/leftovers.ts";
import type { StagedContent } from "../../src/write/staged-content.ts";
import { withDiskLimit } from "../helpers/disk-limit.ts";
import { content, PART } from "../helpers/upload-world.ts";
import { useStagedFiles } from "../helpers/staged-files-world.ts";

const here = useStagedFiles();
const { use, written } = here;

const journaled = async (): Promise<string[]> =>
  (await stagedUploads(here.world.stagingPath)).map(
    ({ resultFile, why }) => `${resultFile?.path}: ${why}`,
  );

describe("a file that was made here", () => {
  test("is listed from the beginning, newer than all, and has its Id when it is finished", async () => {
    const file = await here.files.create(here.world.resultFile("d/f"));
    expect(here.files.lists.listing(here.world.appResultId).items).toEqual([file]);
    expect(file).toMatchObject({
      path: "d/f",
      shownPath: "/projects/p/appresults/r/files/d/f",
      appResultId: here.world.appResultId,
      inodeKey: "staged 1",
      id: "staged 1",
      sizeBytes: 0,
      dateCreatedMs: Number.MAX_SAFE_INTEGER,
      dateModifiedMs: here.world.clock.now(),
      hasCompleteVersion: false,
      isArchived: false,
      awaitsRename: false,
      isStaged: true,
      isRemoved: false,
    });
    expect([file.etag, file.contentType, file.content.failure]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    here.world.clock.advance(5);
    await file.content.write(0, Buffer.from("abc"));
    expect([file.sizeBytes, file.dateModifiedMs]).toEqual([3, here.world.clock.now()]);
    await here.files.finishing.finish(file, neverAborted);
    const { uploaded } = file.content;
    expect(file).toMatchObject({
      id: uploaded?.id,
      dateCreatedMs: uploaded?.dateCreated.getTime(),
      etag: uploaded?.etag,
      contentType: "application/octet-stream",
      hasCompleteVersion: true,
      inodeKey: "staged 1",
    });
    expect(uploaded?.etag).toBeDefined();
    expect(here.files.lists.listing(here.world.appResultId).changesSince(1)).toMatchObject([
      { kind: "changed" },
    ]);
    await file.content.write(0, Buffer.from("x"));
    expect([file.id, file.etag, file.dateCreatedMs]).toEqual([
      "staged 1",
      undefined,
      Number.MAX_SAFE_INTEGER,
    ]);
  });

  test("is open until each of those that opened it has released it, once", async () => {
    const file = await written("f");
    const [reader, writer, other] = [
      file.acquire("read"),
      file.acquire("write"),
      file.acquire("write"),
    ];
    expect([file.isOpen, file.isOpenForWriting, file.writers]).toEqual([true, true, 2]);
    writer[Symbol.dispose]();
    writer[Symbol.dispose]();
    expect([file.isOpen, file.isOpenForWriting, file.writers]).toEqual([true, true, 1]);
    other[Symbol.dispose]();
    expect([file.isOpen, file.isOpenForWriting, file.writers]).toEqual([true, false, 0]);
    reader[Symbol.dispose]();
    expect(file.isOpen).toBe(false);
  });

  test("has the number after the one before", async () => {
    const [first, second] = [await written("f"), await written("g")];
    expect([first.inodeKey, second.inodeKey]).toEqual(["staged 1", "staged 2"]);
  });

  test("says why its upload failed, until one succeeds", async () => {
    const file = await written("f");
    here.world.emulator.addFaults("POST /appresults/*/files n=1 status=403");
    const failure = await here.files.finishing
      .finish(file, neverAborted)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ reason: "access-denied" });
    expect(file.content.failure).toBe(failure);
    expect(await journaled()).toEqual([`f: ${(failure as Error).message}`]);
    await here.files.finishing.finish(file, neverAborted);
    expect(file.content.failure).toBeUndefined();
    expect(await journaled()).toEqual([]);
  });

  test("is nowhere after it was removed", async () => {
    const file = await written("f", content(3 * PART));
    await expect.poll(() => file.content.leftBytes).toBe(PART);
    await here.files.remove(file, neverAborted);
    expect(file.isRemoved).toBe(true);
    expect([here.files.lists.files, here.files.unfinished(), await journaled()]).toEqual([
      [],
      [],
      [],
    ]);
    here.files.openForReading(file).close();
    expect(here.files.lists.files).toEqual([]);
    expect(await here.world.remote()).toEqual([]);
  });
});

describe("a new version of a file", () => {
  const fill = async (content: StagedContent): Promise<void> =>
    await content.write(0, Buffer.from("old"));

  test("is listed when it has what it begins with", async () => {
    const file = await here.files.createFilled(here.world.resultFile("f"), fill, neverAborted);
    expect(here.files.lists.files).toEqual([file]);
    expect(await journaled()).toEqual(["f: undefined"]);
  });

  test("is not found as a staged upload before it is whole", async () => {
    let found: string[] | undefined;
    await here.files.createFilled(
      here.world.resultFile("f"),
      async (content) => {
        await fill(content);
        found = await journaled();
      },
      neverAborted,
    );
    expect(found).toEqual([]);
  });

  test("leaves nothing when it could not be filled", async () => {
    const failing = here.files.createFilled(
      here.world.resultFile("f"),
      async (content) => {
        await fill(content);
        throw new Error("the content cannot be read");
      },
      neverAborted,
    );
    await expect(failing).rejects.toThrow("the content cannot be read");
    expect([here.files.lists.files, await journaled()]).toEqual([[], []]);
    const mount =
      (await readdir(here.world.stagingPath)).find((name) => name.startsWith("mount-")) ?? "";
    expect(await readdir(`${here.world.stagingPath}/${mount}`)).toEqual(["journal"]);
  });

  test("is as long as BaseSpace takes", () => {
    here.files.checkFits("f", 20 * PART);
    expect(() => here.files.checkFits("f", 20 * PART + 1)).toThrow(
      expect.objectContaining({
        reason: "too-big",
        message: `f would have ${20 * PART + 1} bytes, BaseSpace takes ${20 * PART}`,
        remedy: "write it as several files",
      }),
    );
  });
});

describe("the journal", () => {
  test("says that a finished file is written again before the write returns", async () => {
    const file = await written("f");
    await here.files.finishing.finish(file, neverAborted);
    expect(await journaled()).toEqual([]);
    await file.content.write(0, Buffer.from("again"));
    expect(await journaled()).toEqual(["f: undefined"]);
  });

  test("keeps a finished file from being written when it cannot say so", async () => {
    const file = await written("f");
    await here.files.finishing.finish(file, neverAborted);
    const writing = withDiskLimit(3, async () => await file.content.write(0, Buffer.from("x")));
    await expect(writing).rejects.toMatchObject({ reason: "environment" });
    expect(file.content.isUnfinished).toBe(false);
    const into = Buffer.alloc(9);
    expect(into.toString("latin1", 0, await file.content.read(0, into))).toBe("f");
  });

  test("does not say that a file is finished that was written meanwhile", async () => {
    const file = await written("f", content(2 * PART));
    here.world.emulator.addFaults("POST /files/* n=1 delay=200ms");
    const finishing = here.files.finishing.finish(file, neverAborted);
    await here.world.faultsTaken();
    await file.content.write(0, Buffer.from("x"));
    await finishing;
    expect(await journaled()).toEqual(["f: undefined"]);
    expect(here.files.unfinished()).toEqual([file]);
  });

  test("has the new path of a renamed file, and why a change failed", async () => {
    const file = await written("f");
    await here.files.names.rename(file, { path: "d/g" }, neverAborted);
    // At once, as it would be found after a kill.
    expect(await journaled()).toEqual(["d/g: undefined"]);
    const failing = withDiskLimit(1000, async () => {
      await file.content.write(0, Buffer.alloc(1100));
    });
    await expect(failing).rejects.toMatchObject({ reason: "environment" });
    await expect
      .poll(journaled)
      .toEqual([expect.stringMatching(/^d\/g: cannot write to the staging file/)]);
  });
});

describe("a name", () => {
  test("that is temporary keeps a file from being finished, and nothing is sent that may be in vain", async () => {
    const known = await written("x.tmp", content(2 * PART + 1));
    const unknown = await written("x~", content(2 * PART + 1));
    expect([known.awaitsRename, unknown.awaitsRename]).toEqual([true, true]);
    await expect.poll(() => known.content.leftBytes).toBe(1);
    expect(unknown.content.leftBytes).toBe(2 * PART + 1);
    await here.files.finishing.finishAll(neverAborted);
    expect(await here.world.remote()).toEqual([]);
    expect([here.files.names.isQuick(known, "x"), here.files.names.isQuick(unknown, "y")]).toEqual([
      true,
      false,
    ]);
    await here.files.names.rename(known, { path: "x" }, neverAborted);
    await here.files.names.rename(unknown, { path: "y" }, neverAborted);
    expect([known.awaitsRename, unknown.awaitsRename]).toEqual([false, false]);
    await here.files.finishing.finishAll(neverAborted);
    expect(await here.world.remote()).toHaveLength(2);
  });

  test("that is changed is quick where the file is short", async () => {
    const file = await written("x~", content(PART));
    expect(here.files.names.isQuick(file, "y")).toBe(true);
    await file.content.write(0, Buffer.from(content(PART + 1)));
    expect(here.files.names.isQuick(file, "y")).toBe(false);
  });

  test("that is temporary is kept when that is wanted", async () => {
    const file = await written("x.tmp");
    await file.keepName(neverAborted);
    expect(file.awaitsRename).toBe(false);
    await here.files.finishing.finishAll(neverAborted);
    expect(await here.world.remote()).toEqual(["x.tmp=x.tmp"]);
  });

  test("of a complete version is BaseSpace's to list when its new version is given up", async () => {
    const forgotten: AppResultId[] = [];
    await use({ onForgotten: (id) => forgotten.push(id) });
    const file = await written("f");
    await here.files.names.rename(file, { path: "g" }, neverAborted);
    await here.files.finishing.finish(file, neverAborted);
    await file.content.write(0, Buffer.from("new"));
    expect(forgotten).toEqual([]);
    await here.files.remove(file, neverAborted);
    expect(forgotten).toEqual([here.world.appResultId]);
  });
});

test("a file that was sent before another of its name was complete is sent again", async () => {
  const older = await written("x.tmp", content(3 * PART));
  await expect.poll(() => older.content.leftBytes).toBe(PART);
  const newer = await written("x", "newer");
  const elsewhere = await written("y", content(3 * PART));
  await expect.poll(() => elsewhere.content.leftBytes).toBe(PART);
  await here.files.finishing.finish(newer, neverAborted);
  here.world.emulator.clearRequests();
  await here.files.names.rename(older, { path: "x" }, neverAborted);
  await here.files.finishing.finish(older, neverAborted);
  expect(await here.world.remote()).toEqual(["x=newer", `x=${content(3 * PART)}`]);
  await here.files.finishing.finish(elsewhere, neverAborted);
  expect(here.world.sent("POST", /appresults\/\d+\/files$/)).toBe(1);
});
