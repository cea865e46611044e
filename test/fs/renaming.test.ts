import { constants as os } from "node:os";
import { setImmediate as turn } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { reasonOf } from "../../src/core/errors.ts";
import { errnoOf } from "../../src/fs/errno.ts";
import type { Handle } from "../../src/fs/file-system.ts";
import { stagedUploads } from "../../src/write/leftovers.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";
import { connect, type Connection, RealFiles } from "../model/real-files.ts";
import { nameOf } from "../model/plain-files.ts";

/* A rename that finishes a file is done when the file is complete, and otherwise not at all. */

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

const SHORT = "short";
/** Of several parts. */
const LONG = "long ".repeat(40);

async function put(handle: Handle, text: string, offset = 0): Promise<void> {
  await real.fs.write(handle, offset, Buffer.from(text), neverAborted);
}

async function close(handle: Handle): Promise<void> {
  await real.fs.flush(handle, async () => "closed", neverAborted);
  real.fs.release(handle);
}

async function written(path: string, text: string): Promise<void> {
  const handle = await real.open(path, "rw", { creates: true, empties: true });
  await put(handle, text);
  await close(handle);
}

function down(): void {
  emulator.addFaults("POST * status=500", "PUT * status=500");
}

/** A file with its final name whose upload failed. */
async function failed(path: string, text: string): Promise<void> {
  down();
  await expect(written(path, text)).rejects.toThrow("500");
  emulator.clearFaults();
}

const text = async (path: string): Promise<string> => (await real.readFile(path)).toString();

/** Names and contents, as the mount shows them. */
async function shown(): Promise<Record<string, string>> {
  const { ino } = await real.stat("");
  const names = (await real.fs.readdir(ino, neverAborted)).slice(2).map(({ name }) => name);
  const contents: Record<string, string> = {};
  for (const name of names.toSorted()) contents[name] = await text(name);
  return contents;
}

const remote = async (): Promise<string[]> =>
  (await real.remote()).map(({ path, bytes }) => `${path}=${bytes.toString()}`);

/** What the next mount would find if this one was killed now. */
const staged = async (): Promise<string[]> =>
  (await stagedUploads(folder.path))
    .map(({ resultFile }) => resultFile?.path ?? "nowhere")
    .toSorted();

/** As {@link staged}, whether the journal says that they were closed. */
const states = async (): Promise<string[]> =>
  (await stagedUploads(folder.path)).map(({ state }) => state);

const failureOf = async (work: Promise<unknown>): Promise<string> =>
  await work.then(() => "none", reasonOf);

/** Begins to rename, and returns when the service has the first request and lets it wait. */
async function renaming(
  from: string,
  to: string,
  request = "POST /appresults/*/files delay=1s",
): Promise<{ readonly renamed: Promise<void> }> {
  emulator.addFaults(`${request} n=1`);
  const renamed = real.rename(from, to);
  renamed.catch(() => {});
  await expect
    .poll(async () => {
      const response = await fetch(`${emulator.apiServer}/__faults`);
      return ((await response.json()) as { readonly left?: number }[])[0]?.left;
    })
    .toBe(0);
  return { renamed };
}

describe.each([
  ["a short file", "f.tmp", SHORT],
  ["a short file whose name was guessed wrong", "x.tmp", SHORT],
  ["a short file whose name was not known", "f~", SHORT],
  ["a file of which parts were sent", "f.tmp", LONG],
])("a rename that fails of %s", (_what, from, content) => {
  beforeEach(async () => await written(from, content));

  async function expectFailed(): Promise<void> {
    const error = await real.rename(from, "f").then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(errnoOf(error)).toBe(os.errno.EIO);
  }

  test("[W10] leaves it under its name, and can be done later", async () => {
    down();
    await expectFailed();
    await expectFailed();
    expect([await shown(), await staged(), await remote()]).toEqual([
      { [from]: content },
      [from],
      [],
    ]);
    emulator.clearFaults();
    await real.staged.finishing.finishAll(neverAborted);
    expect(await remote()).toEqual([]);
    await real.rename(from, "f");
    expect([await shown(), await staged(), await remote()]).toEqual([
      { f: content },
      [],
      [`f=${content}`],
    ]);
  });

  test("[W10] leaves the unfinished file that it would replace", async () => {
    await failed("f", "earlier");
    down();
    await expectFailed();
    expect([await shown(), await staged()]).toEqual([
      { [from]: content, f: "earlier" },
      [from, "f"].toSorted(),
    ]);
    emulator.clearFaults();
    await real.rename(from, "f");
    await real.staged.finishing.finishAll(neverAborted);
    expect([await shown(), await staged(), await remote()]).toEqual([
      { f: content },
      [],
      [`f=${content}`],
    ]);
  });

  test("[W10] leaves the finished file that it would replace", async () => {
    await written("f", "earlier");
    down();
    await expectFailed();
    expect(await shown()).toEqual({ [from]: content, f: "earlier" });
    emulator.clearFaults();
    await real.rename(from, "f");
    expect(await text("f")).toBe(content);
    expect(await remote()).toEqual(["f=earlier", `f=${content}`]);
  });

  test("[W10] leaves it to be written on, removed and renamed to another name", async () => {
    down();
    await expectFailed();
    emulator.clearFaults();
    const handle = await real.open(from, "rw");
    await put(handle, "more", content.length);
    await close(handle);
    expect(await remote()).toEqual([]);
    await real.rename(from, "other");
    await expect.poll(remote).toEqual([`other=${content}more`]);
    await written(from, "again");
    await real.fs.change.unlink(await real.parent(from), nameOf(from), neverAborted);
    expect(await shown()).toEqual({ other: `${content}more` });
  });
});

describe("while a rename waits for its file to be complete", () => {
  test("[W10] both names are as before, whatever kills the mount", async () => {
    await failed("f", "earlier");
    await written("f.tmp", SHORT);
    const { renamed } = await renaming("f.tmp", "f");
    expect([await shown(), await staged()]).toEqual([
      { f: "earlier", "f.tmp": SHORT },
      ["f", "f.tmp"],
    ]);
    await renamed;
    expect([await shown(), await staged()]).toEqual([{ f: SHORT }, []]);
  });

  test("[W2] the name that it will get is not renamed, removed or replaced", async () => {
    await failed("f", "earlier");
    await written("f.tmp", SHORT);
    await written("g.tmp", "other");
    const { renamed } = await renaming("f.tmp", "f");
    const unlink = async (path: string): Promise<void> =>
      await real.fs.change.unlink(await real.parent(path), nameOf(path), neverAborted);
    expect(await failureOf(unlink("f"))).toBe("busy");
    expect(await failureOf(real.rename("f", "elsewhere"))).toBe("busy");
    expect(await failureOf(real.rename("g.tmp", "f"))).toBe("busy");
    await renamed;
    expect(await shown()).toEqual({ f: SHORT, "g.tmp": "other" });
  });

  test.each([true, false])(
    "an empty file that it replaces is uploaded only when that fails: %s",
    async (isToFail) => {
      const handle = await real.open("f", "rw", { creates: true });
      await close(handle);
      await written("f.tmp", LONG);
      const status = isToFail ? " status=403" : "";
      const { renamed } = await renaming("f.tmp", "f", `POST /files/* delay=1s${status}`);
      real.clock.advance(5000);
      const everything = real.staged.finishing.finishAll(neverAborted).catch(() => {});
      for (let count = 0; count < 20; count += 1) await turn();
      expect(await remote()).toEqual([]);
      expect(await failureOf(renamed)).toBe(isToFail ? "access-denied" : "none");
      await everything;
      await real.settled(true);
      await expect.poll(remote).toEqual([isToFail ? "f=" : `f=${LONG}`]);
      expect(await shown()).toEqual(isToFail ? { f: "", "f.tmp": LONG } : { f: LONG });
    },
  );

  test("a call that finishes everything waits for it, and fails with it", async () => {
    await written("f.tmp", LONG);
    const { renamed } = await renaming("f.tmp", "f", "POST /files/* delay=1s status=403");
    const everything = real.staged.finishing.finishAll(neverAborted);
    expect([await failureOf(everything), await failureOf(renamed)]).toEqual([
      "access-denied",
      "access-denied",
    ]);
    expect([await shown(), await remote()]).toEqual([{ "f.tmp": LONG }, []]);
  });

  test("[W2] what others write to it becomes a new version under the new name", async () => {
    await written("f.tmp", SHORT);
    const { renamed } = await renaming("f.tmp", "f");
    const handle = await real.open("f.tmp", "rw");
    await put(handle, " and more", SHORT.length);
    await renamed;
    expect(await shown()).toEqual({ f: `${SHORT} and more` });
    await close(handle);
    expect(await remote()).toEqual([`f=${SHORT}`, `f=${SHORT} and more`]);
  });

  test("[W2] what others wrote and closed becomes a new version as well", async () => {
    await written("f.tmp", SHORT);
    const { renamed } = await renaming("f.tmp", "f");
    const handle = await real.open("f.tmp", "rw");
    await put(handle, "SH");
    const closed = close(handle);
    await Promise.all([renamed, closed]);
    expect(await remote()).toEqual([`f=${SHORT}`, "f=SHort"]);
  });
});

test("[W10] a rename of a file that is still written does not finish it", async () => {
  const handle = await real.open("f.tmp", "rw", { creates: true });
  await put(handle, SHORT);
  down();
  await real.rename("f.tmp", "f");
  expect([await shown(), await staged()]).toEqual([{ f: SHORT }, ["f"]]);
  emulator.clearFaults();
  await close(handle);
  expect(await remote()).toEqual([`f=${SHORT}`]);
});

describe("[W10] a rename that overtakes the kernel's report of the last close", () => {
  test.each([SHORT, ""])("finishes a file with content %j", async (text) => {
    const handle = await real.open("f.tmp", "rw", { creates: true });
    await put(handle, text);
    await real.fs.flush(handle, async () => "closed", neverAborted);
    const renamed = real.rename("f.tmp", "f");
    await turn();
    real.fs.release(handle);
    await renamed;
    expect(await remote()).toEqual([`f=${text}`]);
  });
});

test("[W20] what was closed under a temporary name is not interrupted when its mount is killed before the kernel reports that", async () => {
  const handle = await real.open("f.tmp", "rw", { creates: true });
  await put(handle, SHORT);
  await real.fs.flush(handle, async () => "open", neverAborted);
  expect(await states()).toEqual(["open"]);
  await real.fs.flush(handle, async () => "closed", neverAborted);
  expect(await states()).toEqual(["closed"]);
  await put(handle, SHORT, SHORT.length);
  expect(await states()).toEqual(["open"]);
  real.fs.release(handle);
});

test("[W10] a large file whose name was not known is uploaded after its rename, whether or not that succeeds", async () => {
  await written("f~", LONG);
  await failed("f", "earlier");
  down();
  await real.rename("f~", "f");
  await real.settled(true);
  expect([await shown(), await staged(), await remote()]).toEqual([{ f: LONG }, ["f"], []]);
  emulator.clearFaults();
  await real.staged.finishing.finishAll(neverAborted);
  expect(await remote()).toEqual([`f=${LONG}`]);
});
