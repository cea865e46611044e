import { expect, it } from "vitest";
import { toEntryStat, toStat, toStatfs } from "../../src/fuse/binding-stat.ts";
import type { Attributes, Ino } from "../../src/fs/file-system.ts";

const ATTRIBUTES: Attributes = {
  ino: 4_294_967_290 as Ino,
  type: "file",
  mode: 0o100644,
  nlink: 1,
  uid: 4_294_967_295,
  gid: 7,
  sizeBytes: 2 ** 53 - 1,
  blocks: 3,
  blockSizeBytes: 1_048_576,
  atimeMs: 1.9,
  mtimeMs: -1000,
  ctimeMs: Number.NaN,
};

it("passes sizes and inodes on and clamps times to whole milliseconds since 1970", () => {
  expect(toStat(ATTRIBUTES)).toEqual({
    mode: 0o100644,
    ino: 4_294_967_290,
    size: 2 ** 53 - 1,
    uid: 4_294_967_295,
    gid: 7,
    nlink: 1,
    blksize: 1_048_576,
    blocks: 3,
    atime: 1,
    mtime: 0,
    ctime: 0,
  });
});

it("gives readdir the type and inode of an entry", () => {
  const stat = toEntryStat({ name: "x", ino: 5 as Ino, type: "symlink" });
  expect(stat).toMatchObject({ mode: 0o120000, ino: 5 });
});

it("counts space in fewer than 2^32 blocks of 1 MiB", () => {
  const statistics = {
    blockSizeBytes: 4096,
    totalBlocks: 513,
    freeBlocks: 256,
    files: 2 ** 40,
    nameMax: 255,
  };
  expect(toStatfs(statistics)).toMatchObject({
    bsize: 1_048_576,
    frsize: 1_048_576,
    blocks: 2,
    bfree: 1,
    bavail: 1,
    files: 2 ** 32 - 1,
    namemax: 255,
  });
  expect(toStatfs({ ...statistics, totalBlocks: 2 ** 50 }).blocks).toBe(2 ** 32 - 1);
});
