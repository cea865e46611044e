import { describe, expect, test } from "vitest";
import { expectedPath, finalNameOf, isTemporaryName } from "../../src/write/temporary-names.ts";

describe("[W10] a temporary name", () => {
  test.each([
    ["x.tmp", "x"],
    ["x.bam.part", "x.bam"],
    ["x.partial", "x"],
    ["x.tmp.1234", "x"],
    [".x.bam.a1B2c3", "x.bam"],
    [".x.a1B2c3", "x"],
    ["new\nline.tmp", "new\nline"],
    [".new\nline.abcdef", "new\nline"],
    [".fuse_hidden0001", undefined],
    [".nfs000000012", undefined],
    [".goutputstream-AB12", undefined],
    [".#x", undefined],
    ["4913", undefined],
    [".x.swp", undefined],
    [".x.swx", undefined],
    [".new\nline.swp", undefined],
    ["sedAbC123", undefined],
    ["x~", undefined],
  ])("%j goes up as %j", (name, final) => {
    expect(isTemporaryName(name)).toBe(true);
    expect(finalNameOf(name)).toBe(final);
    const uploadPath = final === undefined ? undefined : `d/e/${final}`;
    expect(expectedPath(`d/e/${name}`)).toEqual({ isHeld: true, uploadPath });
    expect(expectedPath(name)).toEqual({ isHeld: true, uploadPath: final });
  });

  test.each([
    "x",
    "x.bam",
    "tmp",
    ".tmp",
    "part",
    "x.tmpx",
    "x.tmp.",
    "x.temp",
    "xx.fuse_hidden1",
    "x.nfs1",
    "x.goutputstream-1",
    "x.#y",
    "14913",
    "49130",
    "x.swp",
    ".xswp",
    ".x.swpp",
    ".x.sw",
    "sed12345",
    "sed1234567",
    "xsed123456",
    "~x",
    "..abcdef",
    ".x.abcde",
    ".x.abcdefg",
    ".x.abc-ef",
    "x.abcdef",
  ])("is not %j", (name) => {
    expect(isTemporaryName(name)).toBe(false);
    expect(finalNameOf(name)).toBeUndefined();
    expect(expectedPath(`a.tmp/${name}`)).toEqual({ isHeld: false, uploadPath: `a.tmp/${name}` });
  });
});
