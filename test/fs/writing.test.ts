import { constants } from "node:os";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { reasonOf } from "../../src/core/errors.ts";
import { errnoOf } from "../../src/fs/errno.ts";
import type { Handle } from "../../src/fs/file-system.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";
import { connect, type Connection, RealFiles } from "../model/real-files.ts";
import { nameOf } from "../model/plain-files.ts";

/* Defects that writing once had, one test each; `test/model/` searches for others. */

let emulator: TestEmulator;
let connection: Connection;
let folder: TempDir;
let real: RealFiles;

beforeAll(async () => {
  const catalog = { projects: [{ name: "Results", id: "12" }] };
  emulator = await startTestEmulator(catalog, { minPartBytes: 1 });
  connection = connect(emulator);
  folder = await tempDir();
});

afterAll(async () => {
  await connection?.[Symbol.asyncDispose]();
  await emulator?.close();
  await folder?.[Symbol.asyncDispose]();
});

beforeEach(async () => {
  real = await RealFiles.start(connection, { staging: folder.path, keptFiles: 256 });
});

afterEach(async () => await real[Symbol.asyncDispose]());

const create = async (path: string): Promise<Handle> =>
  await real.open(path, "rw", { creates: true });

async function put(handle: Handle, text: string, offset = 0): Promise<void> {
  await real.fs.write(handle, offset, Buffer.from(text), neverAborted);
}

async function close(handle: Handle): Promise<void> {
  await real.fs.flush(handle, async () => "closed", neverAborted);
  real.fs.release(handle);
}

async function written(path: string, text: string): Promise<void> {
  const handle = await create(path);
  await put(handle, text);
  await close(handle);
}

async function unlink(path: string): Promise<void> {
  await real.fs.change.unlink(await real.parent(path), nameOf(path), neverAborted);
}

const mkdir = async (path: string): Promise<void> =>
  await real.fs.change.mkdir(await real.parent(path), nameOf(path), 0o755, neverAborted);

const text = async (path: string): Promise<string> => (await real.readFile(path)).toString();

const remote = async (): Promise<string[]> =>
  (await real.remote()).map(({ path, bytes }) => `${path}=${bytes.toString()}`);

const failureOf = async (work: Promise<unknown>): Promise<string> =>
  await work.then(() => "none", reasonOf);

describe("a file that cannot be created because its folder cannot be listed", () => {
  test("is not there afterwards", async () => {
    const parent = await real.parent("f");
    emulator.addFaults("GET /appresults/*/files status=403");
    const make = async (): Promise<Handle> =>
      await real.fs.change.create(parent, "f", 0o644, neverAborted);
    expect(await failureOf(make())).toBe("access-denied");
    emulator.clearFaults();
    expect(await failureOf(text("f"))).toBe("not-found");
    await written("f", "one");
    expect(await remote()).toEqual(["f=one"]);
  });
});

describe("a close, when BaseSpace does not know the upload", () => {
  const LONG = "long ".repeat(40);

  test.each([
    ["the app result of a short file", "POST /appresults/*/files", "short"],
    ["the app result of a long file", "POST /appresults/*/files", LONG],
    ["the upload that a part belongs to", "PUT /files/*/parts/*", LONG],
    ["the upload that is to be completed", "POST /files/*", LONG],
  ])("[E1] [W5] is ESTALE and not ENOENT: %s", async (_what, rule, content) => {
    for (const status of [404, 410]) {
      const name = `gone ${status}`;
      emulator.addFaults(`${rule} status=${status}`);
      const handle = await create(name);
      await put(handle, content);
      const error = await close(handle).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      emulator.clearFaults();
      expect(error).toMatchObject({
        reason: "gone",
        cause: { status },
        message: expect.stringContaining("BaseSpace no longer knows"),
        remedy: expect.stringContaining("write the file"),
      });
      expect(errnoOf(error)).toBe(constants.errno.ESTALE);
      expect(await text(name)).toBe(content);
      await unlink(name);
      real.fs.release(handle);
    }
    expect(await remote()).toEqual([]);
  });
});

describe("a finished file that is written again", () => {
  test("[W2] is removed with all of its versions", async () => {
    await written("f", "one");
    const handle = await create("f");
    await put(handle, "two");
    await unlink("f");
    real.fs.release(handle);
    expect(await failureOf(text("f"))).toBe("not-found");
    real.refresh();
    expect(await failureOf(text("f"))).toBe("not-found");
    expect(await remote()).toEqual(["f=one"]);
  });

  test("[W2] takes its name with it when it is renamed", async () => {
    await written("f", "one");
    const handle = await create("f");
    await put(handle, "two");
    await real.rename("f", "g");
    await close(handle);
    real.refresh();
    expect([await failureOf(text("f")), await text("g")]).toEqual(["not-found", "two"]);
    expect(await remote()).toEqual(["f=one", "g=two"]);
  });

  test("[W2] is renamed with its folder", async () => {
    await mkdir("d");
    await written("d/f", "one");
    const handle = await create("d/f");
    await put(handle, "two");
    await real.rename("d", "e");
    await close(handle);
    expect([await failureOf(text("d/f")), await text("e/f")]).toEqual(["not-found", "two"]);
    expect(await remote()).toEqual(["d/f=one", "e/f=two"]);
  });
});

describe("a file whose bytes are only in BaseSpace", () => {
  beforeEach(async () => {
    await real[Symbol.asyncDispose]();
    real = await RealFiles.start(connection, { staging: folder.path, keptFiles: 0 });
    await written("f", "one");
    await real.settled(false);
  });

  test("[W5] leaves staging when it was finished by a second try", async () => {
    const handle = await create("g");
    await put(handle, "two");
    emulator.addFaults("POST /appresults/*/files n=1 status=403");
    const flush = async (): Promise<void> =>
      await real.fs.flush(handle, async () => "closed", neverAborted);
    expect(await failureOf(flush())).toBe("access-denied");
    await close(handle);
    await real.settled(false);
    expect(await remote()).toEqual(["f=one", "g=two"]);
  });

  test("[W3] has one new version, whichever of those that opened it writes", async () => {
    const [first, second] = [await create("f"), await create("f")];
    await put(first, "A", 0);
    await put(second, "C", 2);
    expect((await real.read(second, 0, 9)).toString()).toBe("AnC");
    await real.fs.flush(first, async () => "open", neverAborted);
    real.fs.release(first);
    await close(second);
    expect(await remote()).toEqual(["f=one", "f=AnC"]);
  });

  test("[W3] has one new version when one of them empties it", async () => {
    const first = await create("f");
    const second = await real.open("f", "w", { empties: true });
    await put(first, "X", 1);
    await close(first);
    real.fs.release(second);
    await real.settled(false);
    expect(await remote()).toEqual(["f=one", "f=\0X"]);
  });

  test("makes no version of it when it is truncated to the size that it has", async () => {
    const { ino } = await real.stat("f");
    await real.fs.change.truncate(ino, 3, neverAborted);
    expect(await remote()).toEqual(["f=one"]);
  });

  test("is as before when what is written cannot fit", async () => {
    const handle = await create("f");
    expect(await failureOf(put(handle, "x", 1e6))).toBe("too-big");
    expect(await failureOf(put(handle, "x"))).toBe("too-big");
    expect(await failureOf(close(handle))).toBe("too-big");
    expect(await remote()).toEqual(["f=one"]);
  });
});

describe("a file that is being finished", () => {
  /** Begins to close `handle`, and returns when the service has the first request and lets it wait. */
  async function closing(handle: Handle): Promise<{ readonly closed: Promise<void> }> {
    emulator.clearFaults();
    emulator.addFaults("POST /appresults/*/files n=1 delay=1s");
    const closed = close(handle);
    await expect.poll(requestsToDelay).toBe(0);
    // The request may have been one that was sent ahead.
    await expect.poll(isFinishing).toBe(true);
    return { closed };
  }

  const isFinishing = (): boolean =>
    real.staged.unfinished().some(({ content }) => content.state === "finishing");

  async function requestsToDelay(): Promise<number | undefined> {
    const response = await fetch(`${emulator.apiServer}/__faults`);
    return ((await response.json()) as { readonly left?: number }[])[0]?.left;
  }

  afterEach(() => emulator.clearFaults());

  test("[W2] is renamed when it is complete, and uploaded under its new name then", async () => {
    const handle = await create("f");
    await put(handle, "one");
    const { closed } = await closing(handle);
    await real.rename("f", "g");
    await closed;
    await real.settled(true);
    expect(await failureOf(text("f"))).toBe("not-found");
    expect([await text("g"), await remote()]).toEqual(["one", ["f=one", "g=one"]]);
  });

  test("[W2] is not sent to the end under the old name when it is renamed before that", async () => {
    const handle = await create("f");
    await put(handle, "one".repeat(200));
    emulator.clearFaults();
    emulator.addFaults("PUT /files/*/parts/2 n=1 delay=2s");
    const closed = close(handle);
    await expect.poll(requestsToDelay).toBe(0);
    await real.rename("f", "g");
    await closed;
    expect(await remote()).toEqual([`g=${"one".repeat(200)}`]);
  });

  test("[W2] can be removed: its close succeeds, and BaseSpace's file is not shown", async () => {
    const handle = await create("f");
    await put(handle, "one");
    const { closed } = await closing(handle);
    await unlink("f");
    expect(await failureOf(text("f"))).toBe("not-found");
    await closed;
    await expect.poll(remote).toEqual(["f=one"]);
    await expect.poll(async () => (real.refresh(), await failureOf(text("f")))).toBe("not-found");
  });

  test("[W2] is replaced by a file that is renamed to its name", async () => {
    const handle = await create("f");
    await put(handle, "one");
    await written("g.tmp", "two");
    const { closed } = await closing(handle);
    await real.rename("g.tmp", "f");
    await closed;
    expect(await text("f")).toBe("two");
    real.refresh();
    expect(await text("f")).toBe("two");
  });

  test("[W3] has what was there at its close, and what others append becomes a new version", async () => {
    const handle = await create("f");
    await put(handle, "a".repeat(100));
    const other = await real.open("f", "w");
    const { closed } = await closing(handle);
    await put(other, "b".repeat(200), 100);
    await closed;
    const [first, second] = ["a".repeat(100), "a".repeat(100) + "b".repeat(200)];
    expect(await remote()).toEqual([`f=${first}`]);
    await close(other);
    expect(await remote()).toEqual([`f=${first}`, `f=${second}`]);
  });

  test("[W3] is uploaded as short as others truncated it meanwhile", async () => {
    const handle = await create("f");
    await put(handle, "a".repeat(400));
    const other = await real.open("f", "w");
    const { closed } = await closing(handle);
    await real.fs.ftruncate(other, 130, neverAborted);
    await closed;
    await close(other);
    expect(await remote()).toEqual([`f=${"a".repeat(130)}`]);
  });
});

test("[W3] a file whose writers cannot be seen gets one version too many, however often they close it", async () => {
  const handle = await create("f");
  for (const [at, letter] of ["a", "b", "c", "d", "e"].entries()) {
    await put(handle, letter, at);
    await real.fs.flush(handle, async () => "closed", neverAborted);
  }
  real.fs.release(handle);
  await expect.poll(remote).toEqual(["f=a", "f=abcde"]);
});

describe("a file that is open for reading", () => {
  test("[W3] is finished when its last writer goes without a flush", async () => {
    const handle = await create("f");
    const reader = await real.open("f", "r");
    await put(handle, "mapped");
    real.fs.release(handle);
    await expect.poll(remote).toEqual(["f=mapped"]);
    real.fs.release(reader);
  });

  test("is finished some time after it was left empty", async () => {
    const handle = await create("f");
    const reader = await real.open("f", "r");
    await close(handle);
    real.clock.advance(5000);
    await expect.poll(remote).toEqual(["f="]);
    real.fs.release(reader);
  });

  test("[W10] is finished when it gets its final name", async () => {
    await written("f.tmp", "whole");
    const reader = await real.open("f.tmp", "r");
    await real.rename("f.tmp", "f");
    expect(await remote()).toEqual(["f=whole"]);
    real.fs.release(reader);
  });
});

describe("temporary names", () => {
  test("[W10] are kept by files that were left empty and renamed to them", async () => {
    await close(await create("f"));
    await real.rename("f", "f.tmp");
    real.clock.advance(5000);
    await new Promise((resolve) => setImmediate(resolve));
    await real.rename("f.tmp", "g");
    expect(await remote()).toEqual(["g="]);
  });

  test("[W2] get the name from a file that was finished while their parts were sent", async () => {
    const handle = await create("f.tmp");
    const newer = "n".repeat(200);
    await put(handle, newer);
    const began = (): boolean => emulator.requests.some(({ path }) => path.includes("/parts/"));
    await expect.poll(began).toBe(true);
    await close(handle);
    await written("f", "older");
    await real.rename("f.tmp", "f");
    expect(await remote()).toEqual(["f=older", `f=${newer}`]);
    expect(await text("f")).toBe(newer);
  });
});

describe("folders", () => {
  test("[W2] with finished files are renamed while these are staged", async () => {
    for (const name of ["d", "e"]) await mkdir(name);
    await written("d/f", "one");
    await real.rename("d", "e");
    await real.settled(true);
    expect([await text("e/f"), await failureOf(real.stat("d"))]).toEqual(["one", "not-found"]);
    expect(await remote()).toEqual(["d/f=one", "e/f=one"]);
  });

  test("[W2] with files that only BaseSpace has stay, with the folder that they would replace", async () => {
    await real[Symbol.asyncDispose]();
    real = await RealFiles.start(connection, { staging: folder.path, keptFiles: 0 });
    for (const name of ["d", "e"]) await mkdir(name);
    await written("d/f", "one");
    await real.settled(false);
    expect(await failureOf(real.rename("d", "e"))).toBe("cross-entity");
    expect((await real.stat("e")).type).toBe("directory");
    expect(await text("d/f")).toBe("one");
  });

  test("[W2] stay when what was in them is removed, until they are removed too", async () => {
    await mkdir("d");
    await written("d/f", "one");
    await unlink("d/f");
    expect((await real.stat("d")).type).toBe("directory");
    await real.fs.change.rmdir(await real.parent("d"), "d", neverAborted);
    expect(await failureOf(real.stat("d"))).toBe("not-found");
  });

  test("[E1] cannot be unlinked", async () => {
    await mkdir("d");
    expect(await failureOf(unlink("d"))).toBe("is-a-directory");
  });
});

test("[W6] a change that the disk refuses does not hide that the last upload failed", async () => {
  const handle = await create("f");
  await put(handle, "one");
  emulator.addFaults("POST * status=403");
  expect(await failureOf(close(handle))).not.toBe("none");
  emulator.clearFaults();
  expect(await failureOf(put(handle, "x", 1e6))).toBe("too-big");
  real.fs.release(handle);
  expect(real.staged.unfinished()[0]?.content.failure).toBeDefined();
});

describe("a new name with ／", () => {
  test("[N9] is refused for a file, a folder and a rename, and nothing is made or displaced", async () => {
    await mkdir("x");
    await written("x/y", "precious");
    expect(await failureOf(written("x／y", "imposter"))).toBe("invalid");
    expect(await failureOf(mkdir("q／r"))).toBe("invalid");
    await written("plain.tmp", "held");
    expect(await failureOf(real.rename("plain.tmp", "x／y"))).toBe("invalid");
    const shown = await real.fs.readdir(await real.parent("x"), neverAborted);
    expect(shown.map(({ name }) => name).toSorted()).toEqual([".", "..", "plain.tmp", "x"]);
    expect(real.staged.unfinished().map(({ path }) => path)).toEqual(["plain.tmp"]);
    expect(await remote()).toEqual(["x/y=precious"]);
  });

  test("[N9] is that of a project with a / in BaseSpace", async () => {
    const { ino } = await real.fs.lookup(real.fs.root, "projects", neverAborted);
    await real.fs.change.mkdir(ino, "A／B", 0o755, neverAborted);
    const made = await real.fs.lookup(ino, "A／B", neverAborted);
    expect(made.type).toBe("directory");
    const projects = await connection.client.users.projects().all();
    expect(projects.map(({ name }) => name)).toContain("A/B");
  });
});

describe("a new project or app result with a space at an end", () => {
  test("[N9] is refused, and nothing is made", async () => {
    const { ino } = await real.fs.lookup(real.fs.root, "projects", neverAborted);
    for (const name of [" x", "x ", " ", "x␊"]) {
      const made = async (): Promise<void> =>
        await real.fs.change.mkdir(ino, name, 0o755, neverAborted);
      expect(await failureOf(made())).toBe("invalid");
    }
    const names = (await connection.client.users.projects().all()).map(({ name }) => name);
    expect(names).not.toContain("x");
    await mkdir(" x ");
    expect((await real.stat(" x ")).type).toBe("directory");
  });
});
