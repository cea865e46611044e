import { constants } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { reasonOf } from "../../src/core/errors.ts";
import type { Handle } from "../../src/fs/file-system.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";
import { connect, type Connection, RealFiles } from "../model/real-files.ts";
import { nameOf } from "../model/plain-files.ts";

/* What was removed or replaced here, in this session, in later ones, and on other machines. */

let emulator: TestEmulator;
let connection: Connection;
let folder: TempDir;
let real: RealFiles;

beforeAll(async () => {
  const catalog = { projects: [{ name: "Results", id: "12" }] };
  emulator = await startTestEmulator(catalog, { minPartBytes: 1 });
  connection = connect(emulator);
});

afterAll(async () => {
  await connection?.[Symbol.asyncDispose]();
  await emulator?.close();
});

beforeEach(async () => {
  folder = await tempDir();
  real = await RealFiles.start(connection, { staging: folder.path, keptFiles: 256 });
});

afterEach(async () => {
  emulator.clearFaults();
  await real[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

async function written(path: string, text: string): Promise<void> {
  const handle = await real.open(path, "rw", { creates: true, empties: true });
  await real.fs.write(handle, 0, Buffer.from(text), neverAborted);
  await closed(handle);
}

async function closed(handle: Handle): Promise<void> {
  await real.fs.flush(handle, async () => "closed", neverAborted);
  real.fs.release(handle);
}

const unlink = async (path: string): Promise<void> =>
  await real.fs.change.unlink(await real.parent(path), nameOf(path), neverAborted);

async function names(path = ""): Promise<readonly string[]> {
  const entries = await real.fs.readdir((await real.stat(path)).ino, neverAborted);
  return entries
    .map(({ name }) => name)
    .slice(2)
    .toSorted();
}

const text = async (path: string): Promise<string> => (await real.readFile(path)).toString();

const remote = async (): Promise<string[]> =>
  (await real.remote()).map(({ path, bytes }) => `${path}=${bytes.toString()}`);

const failureOf = async (work: Promise<unknown>): Promise<string> =>
  await work.then(() => "none", reasonOf);

/** The next mount of this machine; with another folder, one of another machine. */
async function remounted(staging = folder.path): Promise<void> {
  const { appResultId } = real;
  await real[Symbol.asyncDispose]();
  real = await RealFiles.start(connection, { staging, keptFiles: 256, appResultId });
}

/** As another machine does it. */
async function replacedElsewhere(path: string, content: string): Promise<void> {
  const destination = { appResultId: real.appResultId, path };
  const bytes = Buffer.from(content);
  const md5 = await connection.client.uploads.md5(bytes);
  await connection.client.uploads.whole(destination, { bytes, md5 }, { signal: neverAborted });
}

describe("what was removed", () => {
  test("[W28] is not shown by later mounts of this machine, and by others it is", async () => {
    await written("f", "one");
    await written("g", "two");
    await unlink("f");
    expect(await names()).toEqual(["g"]);
    await remounted();
    expect(await names()).toEqual(["g"]);
    await using other = await tempDir();
    await remounted(other.path);
    expect(await names()).toEqual(["f", "g"]);
    expect(await text("f")).toBe("one");
  });

  test("[W28] is shown again beside the file that has replaced it here", async () => {
    await written("f", "one");
    await written("f", "two");
    const { whiteouts } = real.staged;
    const id = whiteouts.newestHidden(real.appResultId, "f") ?? "";
    await whiteouts.uncover(real.appResultId, [id]);
    expect(await names()).toEqual(["f", `f~${id}`]);
    expect([await text("f"), await text(`f~${id}`)]).toEqual(["two", "one"]);
  });

  test("[W28] leaves its name to the next version", async () => {
    await written("f", "one");
    await unlink("f");
    await written("f", "two");
    await remounted();
    expect([await names(), await text("f")]).toEqual([["f"], "two"]);
    expect(await remote()).toEqual(["f=one", "f=two"]);
  });

  test("[W28] is every version of the path, also those of other machines", async () => {
    await using other = await tempDir();
    await written("f", "one");
    await remounted(other.path);
    await written("g", "x");
    const handle = await real.open("f", "rw", { empties: true });
    await real.fs.write(handle, 0, Buffer.from("two"), neverAborted);
    await closed(handle);
    await remounted();
    expect(await names()).toEqual(["f", expect.stringMatching(/^f~\d+$/), "g"]);
    await unlink("f");
    expect(await names()).toEqual(["g"]);
    await remounted();
    expect(await names()).toEqual(["g"]);
  });

  test("[W28] is every version of the path, also one that was written here and that another machine replaced", async () => {
    await written("g", "x");
    await written("f", "one");
    await replacedElsewhere("f", "two");
    real.refresh();
    expect(await text("f")).toBe("two");
    await unlink("f");
    expect(await names()).toEqual(["g"]);
    await remounted();
    expect(await names()).toEqual(["g"]);
  });

  test("[W28] is one version alone when that is what was removed", async () => {
    await using other = await tempDir();
    await written("f", "one");
    await remounted(other.path);
    await written("f", "two");
    await remounted();
    const [, old = ""] = await names();
    await unlink(old);
    expect([await names(), await text("f")]).toEqual([["f"], "two"]);
  });

  test("[W28] is still read by those who have it open", async () => {
    await written("f", "one");
    await remounted();
    const handle = await real.open("f", "r");
    await real.rename("f", ".fuse_hidden1");
    expect(await names()).toEqual([".fuse_hidden1"]);
    await written("f", "two");
    expect((await real.read(handle, 0, 9)).toString()).toBe("one");
    expect(await text("f")).toBe("two");
    real.fs.release(handle);
    await unlink(".fuse_hidden1");
    expect(await names()).toEqual(["f"]);
    await remounted();
    expect([await names(), await text("f")]).toEqual([["f"], "two"]);
  });

  test("costs the same for each of many files", async () => {
    const count = 100;
    await real.fs.change.mkdir(await real.parent("d"), "d", 0o755, neverAborted);
    for (let at = 0; at < count; at += 1) await written(`d/${at}`, "x");
    await remounted();
    expect(await names("d")).toHaveLength(count);
    emulator.clearRequests();
    for (const name of await names("d")) await unlink(`d/${name}`);
    expect(await names("d")).toEqual([]);
    expect(emulator.requests.length).toBeLessThan(5);
  });
});

describe("a complete file whose bytes are only in BaseSpace", () => {
  beforeEach(async () => {
    await written("f", "one");
    await remounted();
  });

  test("[W2] is not renamed, so that mv copies and removes it", async () => {
    expect(await failureOf(real.rename("f", "g"))).toBe("cross-entity");
    expect(await names()).toEqual(["f"]);
  });

  test("[W2] is replaced by a rename, with its name", async () => {
    await written("g.tmp", "two");
    await real.rename("g.tmp", "f");
    expect([await names(), await text("f")]).toEqual([["f"], "two"]);
    await remounted();
    expect([await names(), await text("f")]).toEqual([["f"], "two"]);
  });

  test("has its name again when the rename that was to replace it fails", async () => {
    await written("g.tmp", "two");
    emulator.addFaults("POST /appresults/*/files status=403");
    expect(await failureOf(real.rename("g.tmp", "f"))).toBe("access-denied");
    expect([await names(), await text("f")]).toEqual([["f", "g.tmp"], "one"]);
  });

  test("cannot be removed in a result that is complete", async () => {
    const { ino } = await real.stat("");
    const up = (await real.fs.readdir(ino, neverAborted))[1]?.ino ?? ino;
    const complete = Buffer.from("complete");
    await real.fs.change.setxattr(up, "user.basespace.status", complete, neverAborted);
    expect(await failureOf(unlink("f"))).toBe("read-only");
    const { ino: file } = await real.stat("f");
    const opened = async (): Promise<Handle> =>
      await real.fs.open(file, constants.O_WRONLY, neverAborted);
    expect(await failureOf(opened())).toBe("read-only");
  });
});

describe("a complete file that is renamed while its bytes are staged", () => {
  test("[W2] is uploaded under the new name, and the old one is free", async () => {
    await written("f", "one");
    await real.rename("f", "g");
    expect([await names(), await text("g")]).toEqual([["g"], "one"]);
    await real.settled(true);
    await remounted();
    expect([await names(), await remote()]).toEqual([["g"], ["f=one", "g=one"]]);
  });

  test("is under its new name alone when the mount is killed before that", async () => {
    await written("f", "one");
    emulator.addFaults("POST /appresults/*/files status=403");
    await real.rename("f", "g");
    await real.settled(true);
    expect(real.staged.unfinished()).toHaveLength(1);
    const { appResultId } = real;
    const next = await RealFiles.start(connection, {
      staging: folder.path,
      keptFiles: 256,
      appResultId,
    });
    const { ino } = await next.stat("");
    expect((await next.fs.readdir(ino, neverAborted)).map(({ name }) => name).slice(2)).toEqual([]);
    await next[Symbol.asyncDispose]();
    await unlink("g");
  });

  test("replaces another complete file", async () => {
    await written("f", "one");
    await written("g", "two");
    await real.rename("f", "g");
    await real.settled(true);
    await remounted();
    expect([await names(), await text("g")]).toEqual([["g"], "one"]);
  });
});
