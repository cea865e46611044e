import { open } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { MORE_DESCRIPTORS } from "../../src/core/descriptors.ts";
import { BsmountError } from "../../src/core/errors.ts";
import { localDisk } from "../../src/write/local-disk.ts";

const CALL = { what: "write to", path: "/s/1" };

const failing = async (code: string): Promise<unknown> =>
  await localDisk(CALL, async () => {
    throw Object.assign(new Error(`${code}: it went wrong`), { code });
  }).catch((error: unknown) => error);

describe("a failure of the staging disk", () => {
  test.each([
    ["ENOSPC", "no-space", "the staging disk is full: cannot write to /s/1", "--state-dir"],
    ["EDQUOT", "no-space", "the staging disk is full: cannot write to /s/1", "free space there"],
    ["EMFILE", "no-descriptors", "cannot write to /s/1: this process can open", MORE_DESCRIPTORS],
    ["ENFILE", "no-descriptors", "cannot write to /s/1: this process can open", "ulimit"],
    ["EROFS", "environment", "cannot write to the staging file /s/1", "make the folder writable"],
    ["EACCES", "environment", "cannot write to the staging file /s/1", "make the folder writable"],
    ["EPERM", "environment", "cannot write to the staging file /s/1", "make the folder writable"],
    ["ENOENT", "environment", "cannot write to the staging file /s/1", "was removed"],
    ["ENOTDIR", "environment", "cannot write to the staging file /s/1", "was removed"],
    ["EIO", "environment", "cannot write to the staging file /s/1", "kernel messages"],
  ])("%s is %s, and says what can be done", async (code, reason, message, remedy) => {
    const error = await failing(code);
    expect(error).toBeInstanceOf(BsmountError);
    expect(error).toMatchObject({
      reason,
      message: expect.stringContaining(message),
      remedy: expect.stringContaining(remedy),
      cause: { code },
    });
  });

  test("that has its words already keeps them", async () => {
    const known = new BsmountError("busy", "told");
    const work = async (): Promise<never> => {
      throw known;
    };
    await expect(localDisk(CALL, work)).rejects.toBe(known);
  });

  test("is that of a disk that is really full", async () => {
    await using full = await open("/dev/full", "w");
    const writing = localDisk(CALL, async () => await full.write("x"));
    await expect(writing).rejects.toMatchObject({ reason: "no-space" });
  });

  test("is none when the work is done", async () => {
    expect(await localDisk(CALL, async () => 3)).toBe(3);
  });
});
