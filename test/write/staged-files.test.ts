import { readdir } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import type { AppResultId } from "../../src/core/ids.ts";
import { stagedUploads } from "../../src/write/leftovers.ts";
import type { StagedContent } from "../../src/write/staged-content.ts";
import type { StagedFile } from "../../src/write/staged-file.ts";
import type { StagedFiles } from "../../src/write/staged-files.ts";
import { withDiskLimit } from "../helpers/disk-limit.ts";
import { content, type FilesOptions, PART, UploadWorld } from "../helpers/upload-world.ts";

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

const journaled = async (): Promise<string[]> =>
  (await stagedUploads(world.stagingPath)).map(({ place, why }) => `${place?.path}: ${why}`);

describe("a file that was made here", () => {
  test("is listed from the beginning, newer than all, and has its Id when it is finished", async () => {
    const file = await files.create(world.place("d/f"));
    expect(files.lists.listing(world.appResultId).items).toEqual([file]);
    expect(file).toMatchObject({
      path: "d/f",
      shownPath: "/projects/p/appresults/r/files/d/f",
      appResultId: world.appResultId,
      inodeKey: "staged 1",
      id: "staged 1",
      sizeBytes: 0,
      dateCreatedMs: Number.MAX_SAFE_INTEGER,
      dateModifiedMs: world.clock.now(),
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
    world.clock.advance(5);
    await file.content.write(0, Buffer.from("abc"));
    expect([file.sizeBytes, file.dateModifiedMs]).toEqual([3, world.clock.now()]);
    await files.finishing.finish(file, neverAborted);
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
    expect(files.lists.listing(world.appResultId).changesSince(1)).toMatchObject([
      { kind: "changed" },
    ]);
    await file.content.write(0, Buffer.from("x"));
    expect([file.id, file.etag, file.dateCreatedMs]).toEqual([
      "staged 1",
      undefined,
      Number.MAX_SAFE_INTEGER,
    ]);
  });

  test("has the number after the one before", async () => {
    const [first, second] = [await written("f"), await written("g")];
    expect([first.inodeKey, second.inodeKey]).toEqual(["staged 1", "staged 2"]);
  });

  test("says why it did not go up, until it did", async () => {
    const file = await written("f");
    world.emulator.addFaults("POST /appresults/*/files n=1 status=403");
    const failure = await files.finishing
      .finish(file, neverAborted)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ reason: "access-denied" });
    expect(file.content.failure).toBe(failure);
    expect(await journaled()).toEqual([`f: ${(failure as Error).message}`]);
    await files.finishing.finish(file, neverAborted);
    expect(file.content.failure).toBeUndefined();
    expect(await journaled()).toEqual([]);
  });

  test("is gone everywhere when it is removed", async () => {
    const file = await written("f", content(3 * PART));
    await expect.poll(() => file.content.leftBytes).toBe(PART);
    await files.remove(file, neverAborted);
    expect(file.isRemoved).toBe(true);
    expect([files.lists.files, files.unfinished(), await journaled()]).toEqual([[], [], []]);
    files.openForReading(file).close();
    expect(files.lists.files).toEqual([]);
    expect(await world.remote()).toEqual([]);
  });
});

describe("a new version of a file", () => {
  const fill = async (content: StagedContent): Promise<void> =>
    await content.write(0, Buffer.from("old"));

  test("is listed when it has what it begins with", async () => {
    const file = await files.createFilled(world.place("f"), fill, neverAborted);
    expect(files.lists.files).toEqual([file]);
    expect(await journaled()).toEqual(["f: undefined"]);
  });

  test("is nothing that somebody wrote, for whoever finds it, before it is complete", async () => {
    let found: string[] | undefined;
    await files.createFilled(
      world.place("f"),
      async (content) => {
        await fill(content);
        found = await journaled();
      },
      neverAborted,
    );
    expect(found).toEqual([]);
  });

  test("leaves nothing when it could not be filled", async () => {
    const failing = files.createFilled(
      world.place("f"),
      async (content) => {
        await fill(content);
        throw new Error("the content cannot be read");
      },
      neverAborted,
    );
    await expect(failing).rejects.toThrow("the content cannot be read");
    expect([files.lists.files, await journaled()]).toEqual([[], []]);
    const mount =
      (await readdir(world.stagingPath)).find((name) => name.startsWith("mount-")) ?? "";
    expect(await readdir(`${world.stagingPath}/${mount}`)).toEqual(["journal"]);
  });

  test("is as long as BaseSpace takes", () => {
    files.checkFits("f", 20 * PART);
    expect(() => files.checkFits("f", 20 * PART + 1)).toThrow(
      expect.objectContaining({
        reason: "too-big",
        message: `f would have ${20 * PART + 1} bytes, BaseSpace takes ${20 * PART}`,
        remedy: "write it as several files",
      }),
    );
  });
});

describe("the journal", () => {
  test("says that a finished file is written again before that is answered", async () => {
    const file = await written("f");
    await files.finishing.finish(file, neverAborted);
    expect(await journaled()).toEqual([]);
    await file.content.write(0, Buffer.from("again"));
    expect(await journaled()).toEqual(["f: undefined"]);
  });

  test("keeps a finished file from being written when it cannot say so", async () => {
    const file = await written("f");
    await files.finishing.finish(file, neverAborted);
    const writing = withDiskLimit(3, async () => await file.content.write(0, Buffer.from("x")));
    await expect(writing).rejects.toMatchObject({ reason: "environment" });
    expect(file.content.isUnfinished).toBe(false);
    const into = Buffer.alloc(9);
    expect(into.toString("latin1", 0, await file.content.read(0, into))).toBe("f");
  });

  test("does not say that a file is finished that was written meanwhile", async () => {
    const file = await written("f", content(2 * PART));
    world.emulator.addFaults("POST /files/* n=1 delay=200ms");
    const finishing = files.finishing.finish(file, neverAborted);
    await world.faultsTaken();
    await file.content.write(0, Buffer.from("x"));
    await finishing;
    expect(await journaled()).toEqual(["f: undefined"]);
    expect(files.unfinished()).toEqual([file]);
  });

  test("knows where a file was renamed to, and why a change of it failed", async () => {
    const file = await written("f");
    await files.names.rename(file, { path: "d/g" }, neverAborted);
    // At once, as whoever looks after a kill finds it.
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
  test("that is temporary is held back, and sends nothing that may be in vain", async () => {
    const known = await written("x.tmp", content(2 * PART + 1));
    const unknown = await written("x~", content(2 * PART + 1));
    expect([known.awaitsRename, unknown.awaitsRename]).toEqual([true, true]);
    await expect.poll(() => known.content.leftBytes).toBe(1);
    expect(unknown.content.leftBytes).toBe(2 * PART + 1);
    await files.finishing.finishAll(neverAborted);
    expect(await world.remote()).toEqual([]);
    expect([files.names.isQuick(known, "x"), files.names.isQuick(unknown, "y")]).toEqual([
      true,
      false,
    ]);
    await files.names.rename(known, { path: "x" }, neverAborted);
    await files.names.rename(unknown, { path: "y" }, neverAborted);
    expect([known.awaitsRename, unknown.awaitsRename]).toEqual([false, false]);
    await files.finishing.finishAll(neverAborted);
    expect(await world.remote()).toHaveLength(2);
  });

  test("that is changed is quick where the file is short", async () => {
    const file = await written("x~", content(PART));
    expect(files.names.isQuick(file, "y")).toBe(true);
    await file.content.write(0, Buffer.from(content(PART + 1)));
    expect(files.names.isQuick(file, "y")).toBe(false);
  });

  test("that is temporary is kept when that is wanted", async () => {
    const file = await written("x.tmp");
    await file.keepName(neverAborted);
    expect(file.awaitsRename).toBe(false);
    await files.finishing.finishAll(neverAborted);
    expect(await world.remote()).toEqual(["x.tmp=x.tmp"]);
  });

  test("of a complete version is BaseSpace's to list when its new version is renamed or removed", async () => {
    const forgotten: AppResultId[] = [];
    await use({ onForgotten: (id) => forgotten.push(id) });
    const file = await written("f");
    await files.names.rename(file, { path: "g" }, neverAborted);
    expect(forgotten).toEqual([]);
    await files.finishing.finish(file, neverAborted);
    await file.content.write(0, Buffer.from("new"));
    await files.names.rename(file, { path: "h" }, neverAborted);
    expect(forgotten).toEqual([world.appResultId]);
    await files.remove(file, neverAborted);
    expect(forgotten).toEqual([world.appResultId]);
    const other = await written("i");
    await files.finishing.finish(other, neverAborted);
    await other.content.write(0, Buffer.from("new"));
    await files.remove(other, neverAborted);
    expect(forgotten).toHaveLength(2);
  });
});

test("a file that went up before another of its name was complete goes up anew", async () => {
  const older = await written("x.tmp", content(3 * PART));
  await expect.poll(() => older.content.leftBytes).toBe(PART);
  const newer = await written("x", "newer");
  const elsewhere = await written("y", content(3 * PART));
  await expect.poll(() => elsewhere.content.leftBytes).toBe(PART);
  await files.finishing.finish(newer, neverAborted);
  world.emulator.clearRequests();
  await files.names.rename(older, { path: "x" }, neverAborted);
  await files.finishing.finish(older, neverAborted);
  expect(await world.remote()).toEqual(["x=newer", `x=${content(3 * PART)}`]);
  await files.finishing.finish(elsewhere, neverAborted);
  expect(world.sent("POST", /appresults\/\d+\/files$/)).toBe(1);
});
