import { readFileSync } from "node:fs";
import { readdir, rm, stat, truncate } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { StagingFile } from "../../src/write/staging-file.ts";
import { withDiskLimit } from "../helpers/disk-limit.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

let folder: TempDir;
let file: StagingFile;
let closed: number;

beforeEach(async () => {
  folder = await tempDir();
  closed = 0;
  file = await StagingFile.create(folder.join("f"), {
    onClosed: () => void (closed += 1),
  });
});

afterEach(async () => {
  await file.close();
  await folder[Symbol.asyncDispose]();
});

const write = async (at: number, text: string): Promise<void> =>
  await file.write(at, Buffer.from(text));

async function read(at: number, length: number): Promise<string> {
  const into = Buffer.alloc(length, "#");
  const count = await file.read(at, into);
  expect(into.subarray(count).every((byte) => byte === "#".charCodeAt(0))).toBe(true);
  return into.toString("latin1", 0, count);
}

describe("a staging file", () => {
  test("is empty, and only its owner's", async () => {
    expect(file.sizeBytes).toBe(0);
    expect((await stat(file.path)).mode & 0o777).toBe(0o600);
    expect(await read(0, 5)).toBe("");
  });

  test("is never one that is there already", async () => {
    await expect(StagingFile.create(file.path)).rejects.toMatchObject({
      reason: "environment",
      message: expect.stringContaining(`cannot create the staging file ${file.path}`),
    });
  });

  test.each([
    [0, 3, "abc"],
    [0, 6, "abcdef"],
    [0, 7, "abcdef"],
    [2, 3, "cde"],
    [5, 9, "f"],
    [6, 9, ""],
    [9, 9, ""],
    [3, 0, ""],
  ])("from %i on gives %i bytes at most, and no more than it has", async (at, length, expected) => {
    await write(0, "abcdef");
    expect(await read(at, length)).toBe(expected);
  });

  test("has zeros where nobody wrote", async () => {
    await write(3, "x");
    expect(file.sizeBytes).toBe(4);
    await write(0, "y");
    expect(file.sizeBytes).toBe(4);
    await file.truncate(6);
    expect(await read(0, 9)).toBe("y\0\0x\0\0");
  });

  test("that somebody removed cannot be synced: nobody would find the bytes again", async () => {
    await write(0, "text");
    await file.sync();
    await rm(file.path);
    await expect(file.sync()).rejects.toMatchObject({ reason: "environment" });
  });

  test("has the length that it was cut to", async () => {
    await write(0, "abcdef");
    await file.truncate(2);
    expect([file.sizeBytes, await read(0, 9)]).toEqual([2, "ab"]);
    await file.sync();
    expect(readFileSync(file.path, "utf8")).toBe("ab");
  });

  test("that is cut while it is read loses nothing that was to stay", async () => {
    const text = "0123456789".repeat(1000);
    for (let round = 0; round < 50; round += 1) {
      await write(0, text);
      const cutting = file.truncate(1000);
      const [found] = await Promise.all([read(0, text.length), cutting]);
      expect(text.startsWith(found) && found.length >= 1000).toBe(true);
    }
  });

  test("closes once, however often it is closed, and reports it", async () => {
    await file.close();
    await file.close();
    await file.discard();
    expect(closed).toBe(1);
    expect(await readdir(folder.path)).toEqual([]);
    await file.discard();
  });

  test("stays where it is when it is only closed", async () => {
    await write(0, "abc");
    await file.close();
    expect(readFileSync(file.path, "utf8")).toBe("abc");
    await expect(write(0, "x")).rejects.toMatchObject({ reason: "environment" });
  });

  test("tells nobody when it is abandoned", async () => {
    await file.abandon();
    expect(closed).toBe(0);
    expect(await readdir(folder.path)).toEqual([]);
  });
});

describe("a staging file on a disk that is full", () => {
  test("has what could be written, and says that it is not all", async () => {
    await write(0, "abcdef");
    const failing = withDiskLimit(10, async () => await write(4, "0123456789"));
    await expect(failing).rejects.toMatchObject({
      reason: "environment",
      message: expect.stringContaining(`cannot write to the staging file ${file.path}`),
    });
    expect([file.sizeBytes, await read(0, 99)]).toEqual([10, "abcd012345"]);
    await write(4, "0123456789");
    expect(await read(0, 99)).toBe("abcd0123456789");
  });

  test("is as long as before when it could not be made longer", async () => {
    await write(0, "abcdef");
    const failing = withDiskLimit(10, async () => await file.truncate(50));
    await expect(failing).rejects.toMatchObject({
      message: expect.stringContaining("cannot truncate"),
    });
    expect([file.sizeBytes, await read(0, 99)]).toEqual([6, "abcdef"]);
  });
});

describe("a staging file that somebody else cuts", () => {
  test("gets no zeros in the place of what was there, when it is written on", async () => {
    await write(0, "abcdefgh");
    await truncate(file.path, 3);
    const lost = expect.stringContaining("lost bytes that were written to it: it ends at 3");
    await expect(write(8, "ijk")).rejects.toMatchObject({ reason: "environment", message: lost });
    expect(readFileSync(file.path, "utf8")).toBe("abc");
    await file.truncate(0);
    await write(0, "new");
    expect(await read(0, 9)).toBe("new");
  });

  test.each([
    ["in the middle of what is read", 0, 4, "it ends at 4"],
    ["before what is read", 5, 4, "it ends at 5"],
  ])("%s is no shorter file, but a failed one", async (_title, at, length, message) => {
    await write(0, "abcdefgh");
    await truncate(file.path, length);
    await expect(read(at, 3 + length)).rejects.toMatchObject({
      reason: "environment",
      message: expect.stringContaining(message),
      remedy: expect.stringContaining("write the file again"),
    });
  });

  test("gives what is left of it, takes nothing more, and is right once it is emptied", async () => {
    await write(0, "abcdefgh");
    await truncate(file.path, 4);
    expect(await read(0, 4)).toBe("abcd");
    await expect(read(0, 8)).rejects.toThrow("lost bytes");
    expect(await read(1, 2)).toBe("bc");
    await expect(write(8, "i")).rejects.toThrow("lost bytes");
    await expect(file.truncate(3)).rejects.toThrow("lost bytes");
    await file.truncate(0);
    await write(0, "anew");
    expect(await read(0, 99)).toBe("anew");
  });
});
