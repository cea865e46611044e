import { beforeEach, describe, expect, it } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { reasonOf } from "../../src/core/errors.ts";
import { createFileSystem } from "../../src/fs/create-file-system.ts";
import type { Attributes, FileSystem, Handle, Ino } from "../../src/fs/file-system.ts";
import { PathTree } from "../../src/tree/path-tree.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { MemoryCatalog } from "../helpers/memory-catalog.ts";
import { MemoryReaders } from "../helpers/memory-readers.ts";

/* The files of `.bsmount` change all the time, while the kernel goes by the size that it was told last. */

const TTL_MS = 1000;

let clock: FakeClock;
let text: string;
let fs: FileSystem;
let folder: Ino;

function fileSystem(showHidden = false): FileSystem {
  const ownFiles = new Map([["errors", () => text]]);
  const catalog = new MemoryCatalog();
  const tree = new PathTree({ catalog, negativeTtlMs: 0, clock, ownFiles, showHidden });
  const owner = { uid: 0, gid: 0, umask: 0o022 };
  const readers = new MemoryReaders();
  return createFileSystem({ tree, readers, owner, attributeTtlMs: TTL_MS, clock });
}

beforeEach(async () => {
  clock = new FakeClock();
  text = "one\n";
  fs = fileSystem();
  folder = (await fs.lookup(fs.root, ".bsmount", neverAborted)).ino;
});

/** The kernel asks. */
const told = async (): Promise<Attributes> => await fs.lookup(folder, "errors", neverAborted);

/** The kernel opens what it looked up before. */
async function open(): Promise<Handle> {
  return await fs.open(await fs.find(folder, "errors", neverAborted), 0, neverAborted);
}

async function read(handle: Handle): Promise<string> {
  const bytes = Buffer.alloc(100);
  return bytes.toString("utf8", 0, await fs.read(handle, 0, bytes, neverAborted));
}

describe("a file in .bsmount", () => {
  it("[W25] has the content of the present each time that the kernel asks", async () => {
    expect((await told()).sizeBytes).toBe(4);
    text = "one\ntwo\n";
    const { sizeBytes, mtimeMs } = await told();
    expect(sizeBytes).toBe(8);
    expect(await read(await open())).toBe(text);
    text = "one\nsix\n";
    clock.advance(10_000);
    // Pages of the content before would be shown if neither size nor date changed.
    expect((await told()).mtimeMs).toBeGreaterThan(mtimeMs);
  });

  it("[W25] is read with the size that the kernel knows, however often and late it asked", async () => {
    for (const waitMs of [900, 900, 900]) {
      text += "more\n";
      const { sizeBytes } = await told();
      const shown = text;
      text += "not told\n";
      clock.advance(waitMs);
      const handle = await open();
      expect((await read(handle)).length).toBe(sizeBytes);
      expect(await read(handle)).toBe(shown);
      fs.release(handle);
    }
  });

  it("[T3] stays the same while it is open, and for some seconds for everybody", async () => {
    const handle = await open();
    text = "changed\n";
    clock.advance(9000);
    expect([await read(handle), (await told()).sizeBytes]).toEqual(["one\n", 4]);
    fs.release(handle);
    expect((await told()).sizeBytes).toBe(8);
  });

  it("[W25] is not kept from the present by a program that never closes it", async () => {
    const handle = await open();
    text = "changed\n";
    clock.advance(11_000);
    expect((await told()).sizeBytes).toBe(8);
    expect(await read(await open())).toBe("changed\n");
    const stale = read(handle).then(() => "read", reasonOf);
    expect(await stale).toBe("changed");
  });

  it("[W25] is found by name, and listed only on request", async () => {
    const names = async (of: FileSystem): Promise<readonly string[]> =>
      (await of.readdir(of.root, neverAborted)).map(({ name }) => name).slice(2);
    expect(await names(fs)).toEqual(["projects", "runs"]);
    expect(await names(fileSystem(true))).toEqual([".bsmount", "projects", "runs"]);
    const inside = (await fs.readdir(folder, neverAborted)).map(({ name }) => name);
    expect(inside).toEqual([".", "..", "errors"]);
    const missing = (async () => await fs.lookup(folder, "none", neverAborted))();
    await expect(missing).rejects.toMatchObject({ reason: "not-found" });
  });
});
