import { constants, readdirSync, readFileSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { reasonOf } from "../../src/core/errors.ts";
import type { Handle } from "../../src/fs/file-system.ts";
import { stagedUploads } from "../../src/write/leftovers.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";
import { withDiskLimit } from "../helpers/disk-limit.ts";
import { connect, type Connection, RealFiles } from "../model/real-files.ts";

/* New versions of files of BaseSpace, and files that change their names or are left empty while somebody writes. */

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

/** Complete files are only in BaseSpace. */
beforeEach(async () => {
  folder = await tempDir();
  real = await RealFiles.start(connection, { staging: folder.path, keptFiles: 0 });
});

afterEach(async () => {
  emulator.clearFaults();
  await real[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const open = async (path: string, options: { empties?: boolean } = {}): Promise<Handle> =>
  await real.open(path, "rw", { creates: true, ...options });

async function put(handle: Handle, text: string, offset = 0): Promise<void> {
  await real.fs.write(handle, offset, Buffer.from(text), neverAborted);
}

const flush = async (handle: Handle, others = false): Promise<void> =>
  await real.fs.flush(handle, async () => (others ? "open" : "closed"), neverAborted);

async function close(handle: Handle, others = false): Promise<void> {
  await flush(handle, others);
  real.fs.release(handle);
}

/** A file that BaseSpace has, and nothing here. */
async function complete(path: string, text: string): Promise<void> {
  const handle = await open(path);
  await put(handle, text);
  await close(handle);
  await real.settled(false);
}

const text = async (path: string): Promise<string> => (await real.readFile(path)).toString();

const remote = async (): Promise<string[]> =>
  (await real.remote()).map(({ path, bytes }) => `${path}=${bytes.toString()}`);

const failureOf = async (work: Promise<unknown>): Promise<string> =>
  await work.then(() => "none", reasonOf);

describe("a new version that was renamed while it is written", () => {
  test("[W2] leaves nothing under the old name, which a new file can have", async () => {
    await complete("f", "old content");
    const first = await open("f");
    await put(first, "NEW");
    await real.rename("f", "g");
    const second = await open("f");
    await put(second, "another", 4);
    expect((await real.read(first, 0, 99)).toString()).toBe("NEW content");
    expect((await real.read(second, 0, 99)).toString()).toBe("\0\0\0\0another");
    await close(second);
    await close(first);
    expect(await remote()).toEqual(["f=old content", "f=\0\0\0\0another", "g=NEW content"]);
  });

  test("[W2] is written by all who opened the old name before it was begun", async () => {
    await complete("f", "old");
    const [first, second] = [await open("f"), await open("f")];
    await put(first, "A");
    await put(second, "B", 1);
    await real.rename("f", "g");
    const third = await open("f");
    await put(third, "C", 2);
    await close(first, true);
    await close(second);
    await close(third);
    expect(await remote()).toEqual(["f=old", "g=ABd", "f=\0\0C"]);
  });
});

describe("a new version whose beginning fails", () => {
  test("[W5] fails for all that have it open, and is right after the next open", async () => {
    await complete("f", "old content");
    const [first, second] = [await open("f"), await open("f")];
    await withDiskLimit(3, async () => {
      expect(await failureOf(put(first, "NEW"))).toBe("environment");
    });
    for (const handle of [first, second]) {
      for (const attempt of [
        async () => await put(handle, "X"),
        async () => await real.fs.fsync(handle, neverAborted),
        async () => await real.fs.ftruncate(handle, 3, neverAborted),
        async () => await flush(handle),
      ]) {
        expect(await failureOf(attempt())).toBe("environment");
      }
      real.fs.release(handle);
    }
    expect(await remote()).toEqual(["f=old content"]);
    const next = await open("f");
    await put(next, "NEW");
    await close(next);
    expect(await remote()).toEqual(["f=old content", "f=NEW content"]);
    // The journal writes what the full disk refused before its next line.
    expect(await stagedUploads(folder.path)).toEqual([]);
  });

  test("[W5] is right after it was emptied, for all who have it open", async () => {
    await complete("f", "old content");
    const [first, second] = [await open("f"), await open("f")];
    await withDiskLimit(3, async () => {
      expect(await failureOf(put(first, "NEW"))).toBe("environment");
    });
    await real.fs.ftruncate(second, 0, neverAborted);
    await put(first, "anew");
    await close(first, true);
    await close(second);
    expect(await remote()).toEqual(["f=old content", "f=anew"]);
  });

  test("[W5] because the content cannot be read makes nothing of it", async () => {
    await complete("f", "x".repeat(300));
    const handle = await open("f");
    emulator.addFaults("GET /files/*/content status=403");
    expect(await failureOf(put(handle, "NEW"))).not.toBe("none");
    emulator.clearFaults();
    expect(await failureOf(close(handle))).not.toBe("none");
    real.fs.release(handle);
    expect(await remote()).toHaveLength(1);
    expect(await stagedUploads(folder.path)).toEqual([]);
  });
});

test("a copy during which the mount dies does not count as written", async () => {
  await complete("f", "x".repeat(300));
  const handle = await open("f");
  emulator.addFaults("GET /files/*/content n=1 delay=300ms");
  const writing = put(handle, "NEW");
  await expect.poll(journals).toMatch(/"event":"finished"}\n$/);
  expect(await stagedUploads(folder.path)).toEqual([]);
  await writing;
  expect(await stagedUploads(folder.path)).toMatchObject([
    { sizeBytes: 300, resultFile: { path: "f" } },
  ]);
  await close(handle);
});

/** The journals of all mounts. */
function journals(): string {
  // Beside each folder there is its lock.
  return readdirSync(folder.path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => readFileSync(folder.join(name, "journal"), "utf8"))
    .join("");
}

describe("a file that is still written", () => {
  test("[W2] after it was finished is a second version, with all bytes, at the next close", async () => {
    const handle = await open("f");
    await put(handle, "one");
    await flush(handle);
    expect(await remote()).toEqual(["f=one"]);
    const other = await open("f");
    await put(other, "two", 3);
    await flush(other, true);
    expect(await remote()).toEqual(["f=one"]);
    await put(other, "three", 6);
    await close(other);
    real.fs.release(handle);
    await real.settled(false);
    expect(await remote()).toEqual(["f=one", "f=onetwothree"]);
  });

  test("[W3] when the delay of the empty file ends is not finished before its writer closes it", async () => {
    await close(await open("f"));
    const handle = await open("f");
    real.clock.advance(4999);
    await put(handle, "half");
    real.clock.advance(1);
    for (let turns = 0; turns < 50; turns += 1) await turn();
    expect(await remote()).toEqual([]);
    real.clock.advance(60_000);
    for (let turns = 0; turns < 50; turns += 1) await turn();
    expect(await remote()).toEqual([]);
    await put(handle, " and half", 4);
    await close(handle);
    expect(await remote()).toEqual(["f=half and half"]);
  });

  test("[W3] when the delay of the empty file ends, and nothing was written yet, is not finished empty", async () => {
    await close(await open("f"));
    const handle = await open("f");
    real.clock.advance(5000);
    for (let turns = 0; turns < 50; turns += 1) await turn();
    expect(await remote()).toEqual([]);
    await put(handle, "late");
    await close(handle);
    expect(await remote()).toEqual(["f=late"]);
  });

  test.each(["short", "long ".repeat(60)])(
    "[W10] and gets its final name meanwhile is finished when its writer closes it: %s",
    async (half) => {
      const handle = await open("x.tmp");
      await put(handle, half);
      await real.rename("x.tmp", "x");
      for (let turns = 0; turns < 50; turns += 1) await turn();
      expect(await remote()).toEqual([]);
      await put(handle, half, half.length);
      await close(handle);
      expect(await remote()).toEqual([`x=${half}${half}`]);
      expect(await text("x")).toBe(half + half);
    },
  );

  test("[W10] by one of two is not finished by a rename, or by the other's close", async () => {
    const [first, second] = [await open("x.tmp"), await open("x.tmp")];
    await put(first, "one");
    await close(first, true);
    await real.rename("x.tmp", "x");
    expect(await remote()).toEqual([]);
    await put(second, "two", 3);
    await close(second);
    expect(await remote()).toEqual(["x=onetwo"]);
  });
});

describe("a file that has just got a new version", () => {
  test("[W2] is written by those who looked its name up before", async () => {
    await complete("f", "old");
    const before = await real.stat("f");
    const first = await open("f");
    await put(first, "AAAA", 3);
    await close(first);
    const second = await real.fs.open(before.ino, constants.O_WRONLY, neverAborted);
    await put(second, "BBBB", 7);
    await close(second);
    expect(await text("f")).toBe("oldAAAABBBB");
    expect((await remote()).at(-1)).toBe("f=oldAAAABBBB");
  });

  test("[W2] is the only one that is shown, also when it is complete and after a refresh", async () => {
    await complete("f", "old");
    const first = await open("f");
    await put(first, "AAAA", 3);
    const names = async (): Promise<readonly string[]> => {
      const entries = await real.fs.readdir((await real.stat("")).ino, neverAborted);
      return entries.map(({ name }) => name).slice(2);
    };
    expect(await names()).toEqual(["f"]);
    await close(first);
    await real.settled(false);
    real.refresh();
    expect(await names()).toEqual(["f"]);
    expect(await remote()).toEqual(["f=old", "f=oldAAAA"]);
  });
});
