import { existsSync } from "node:fs";
import { readFile, rm, stat } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MOST_SMALL_BYTES, SmallFile } from "../../src/write/small-file.ts";
import { StagingMemory } from "../../src/write/staging-memory.ts";
import { StagingQuota } from "../../src/write/staging-quota.ts";
import { withDiskLimit } from "../helpers/disk-limit.ts";
import { seededRandom } from "../../scripts/demo-data/random.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

const MIB = 1024 * 1024;

let folder: TempDir;
let memory: StagingMemory;
let quota: StagingQuota;
let closed: number;

beforeEach(async () => {
  folder = await tempDir();
  memory = new StagingMemory(MIB);
  quota = new StagingQuota(4 * MIB);
  closed = 0;
});

afterEach(async () => {
  await folder[Symbol.asyncDispose]();
});

const newFile = (name = "f"): SmallFile =>
  new SmallFile(folder.join(name), {
    memory,
    quota,
    onCreated: () => {},
    onClosed: () => void (closed += 1),
  });

async function textOf(file: SmallFile, length = file.sizeBytes + 1): Promise<string> {
  const into = Buffer.alloc(length, "#");
  return into.toString("latin1", 0, await file.read(0, into));
}

/** What is free of the memory and of the quota. */
function free(): { readonly memory: boolean; readonly quota: number } {
  const all = memory.take(MIB);
  if (all) memory.give(MIB);
  return { memory: all, quota: quota.freeBytes };
}

const NOTHING_TAKEN = { memory: true, quota: 4 * MIB };

describe("a small file", () => {
  test("is on no disk while nobody needs that, and gives back what it took", async () => {
    const file = newFile();
    await file.write(2, Buffer.from("cd"));
    await file.write(0, Buffer.from("a"));
    expect(await textOf(file)).toBe("a\0cd");
    await file.truncate(3);
    await file.truncate(5);
    expect(await textOf(file)).toBe("a\0c\0\0");
    expect(existsSync(file.path)).toBe(false);
    expect(free()).toEqual({ memory: false, quota: 4 * MIB - 5 });
    await file.discard();
    await file.discard();
    expect(free()).toEqual(NOTHING_TAKEN);
    expect(closed).toBe(1);
  });

  test.each(["stage", "sync"] as const)("is on the disk after %s", async (call) => {
    const file = newFile();
    await file.write(0, Buffer.from("text"));
    await file[call]();
    expect(file.memoryBytes).toBe(0);
    expect((await stat(file.path)).mode & 0o777).toBe(0o600);
    expect(await readFile(file.path, "latin1")).toBe("text");
    await file.write(4, Buffer.from("!"));
    expect(await readFile(file.path, "latin1")).toBe("text!");
    expect(await textOf(file)).toBe("text!");
    expect(free()).toEqual({ memory: true, quota: 4 * MIB - 5 });
    await file.close();
    expect(existsSync(file.path)).toBe(true);
    expect(free()).toEqual(NOTHING_TAKEN);
  });

  test("is on the disk when it becomes large, or the memory is used up", async () => {
    const large = newFile("large");
    await large.write(0, Buffer.from("a"));
    await large.write(MOST_SMALL_BYTES - 1, Buffer.from("b"));
    expect(existsSync(large.path)).toBe(false);
    await large.write(MOST_SMALL_BYTES, Buffer.from("c"));
    expect((await stat(large.path)).size).toBe(MOST_SMALL_BYTES + 1);

    memory.take(MIB);
    const other = newFile("other");
    await other.write(0, Buffer.from("x"));
    expect(await readFile(other.path, "latin1")).toBe("x");
    await Promise.all([large.discard(), other.discard()]);
  });

  test("keeps its bytes when the disk does not take them, and what it took of the quota", async () => {
    const file = newFile();
    await file.write(0, Buffer.from("12345678"));
    await withDiskLimit(4, async () => {
      await expect(file.sync()).rejects.toMatchObject({ reason: "environment" });
    });
    expect(existsSync(file.path)).toBe(false);
    expect(await textOf(file)).toBe("12345678");
    expect(quota.freeBytes).toBe(4 * MIB - 8);
    await file.sync();
    expect(await readFile(file.path, "latin1")).toBe("12345678");
    await file.discard();
    expect(free()).toEqual(NOTHING_TAKEN);
  });

  test("takes writes while it is put on the disk", async () => {
    const file = newFile();
    await file.write(0, Buffer.from("aaaa"));
    await Promise.all([file.stage(), file.write(2, Buffer.from("bbb")), file.stage()]);
    expect(await readFile(file.path, "latin1")).toBe("aabbb");
    await file.discard();
  });

  test.each([0, 1, 2, 3, 4, 5])("is put on the disk %i turns after a write", async (turns) => {
    const file = newFile();
    await file.write(0, Buffer.from("aaaa"));
    const changed = [file.write(4, Buffer.from("bbbb")), file.truncate(10)];
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    await file.stage();
    await Promise.all(changed);
    expect(await textOf(file)).toBe("aaaabbbb\0\0");
    expect(await readFile(file.path, "latin1")).toBe("aaaabbbb\0\0");
    await file.discard();
  });

  test("cannot be read, written or synced after it was discarded, and keeps its size", async () => {
    const file = newFile();
    await file.write(0, Buffer.from("text"));
    await file.discard();
    const calls = [
      async () => await file.read(0, Buffer.alloc(4)),
      async () => await file.write(0, Buffer.from("x")),
      async () => await file.truncate(0),
      async () => await file.sync(),
    ];
    for (const call of calls) await expect(call()).rejects.toMatchObject({ reason: "environment" });
    expect(file.sizeBytes).toBe(4);
    expect(existsSync(file.path)).toBe(false);
  });

  test("is refused more than the quota has", async () => {
    const file = newFile();
    quota.take(4 * MIB - 3);
    await file.write(0, Buffer.from("abc"));
    await expect(file.write(3, Buffer.from("d"))).rejects.toMatchObject({ reason: "no-space" });
    expect(await textOf(file)).toBe("abc");
    await file.discard();
  });

  test("that is put on the disk fails when its folder is gone, and keeps its bytes", async () => {
    const file = newFile();
    await file.write(0, Buffer.from("abc"));
    await rm(folder.path, { recursive: true });
    await expect(file.sync()).rejects.toMatchObject({ reason: "environment" });
    expect(await textOf(file)).toBe("abc");
    await file.discard();
  });
});

test("has the bytes of a plain buffer after any changes, wherever it is", async () => {
  const random = seededRandom(20_261_130);
  for (let run = 0; run < 40; run += 1) {
    const file = newFile(`run-${run}`);
    let expected = Buffer.alloc(0);
    for (let step = 0; step < 30; step += 1) {
      const offset = random.integer(200);
      const bytes = Buffer.alloc(random.integer(100), random.integer(256));
      const kind = random.next();
      if (kind < 0.7) {
        await file.write(offset, bytes);
        const end = bytes.length === 0 ? 0 : offset + bytes.length;
        const grown = Buffer.alloc(Math.max(expected.length, end));
        expected.copy(grown);
        bytes.copy(grown, offset);
        expected = grown;
      } else if (kind < 0.95) {
        await file.truncate(offset);
        const cut = Buffer.alloc(offset);
        expected.copy(cut);
        expected = cut;
      } else await file.stage();
      expect(file.sizeBytes).toBe(expected.length);
      const into = Buffer.alloc(expected.length + 5);
      expect(await file.read(0, into)).toBe(expected.length);
      expect(into.subarray(0, expected.length).equals(expected)).toBe(true);
    }
    await file.discard();
  }
  expect(free()).toEqual(NOTHING_TAKEN);
});
