import { describe, expect, test } from "vitest";
import { stagedNameOf, finalNameOf, isNeverFinal } from "../../src/write/temporary-names.ts";

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
    ["index.lock", "index"],
    ["tmp_obj_a1B2c3", undefined],
    ["tmp_pack_a1B2c3", undefined],
    ["tmp_idx_a1B2c3", undefined],
    ["x.db-journal", undefined],
    ["x.sqlite-wal", undefined],
    ["x.db-shm", undefined],
    ["tmpab12_xyz", undefined],
    ["tmpabcdefgh.vcf.gz", undefined],
    ["tmp_results.csv", undefined],
    ["x-temporary.bed", undefined],
    ["x-temporary.bed.smaj", undefined],
    ["x-temporary.fam.tmp", "x-temporary.fam"],
    ["x.bam.0", undefined],
    ["x.bam.12", undefined],
  ])("%j is uploaded as %j", (name, final) => {
    expect(finalNameOf(name)).toBe(final);
    const uploadPath = final === undefined ? undefined : `d/e/${final}`;
    expect(stagedNameOf(`d/e/${name}`)).toMatchObject({ awaitsRename: true, uploadPath });
    expect(stagedNameOf(name)).toEqual({ path: name, awaitsRename: true, uploadPath: final });
  });

  test.each([
    "x",
    "x.bam",
    "tmp",
    ".tmp",
    "part",
    "x.tmpx",
    ".lock",
    "x.locked",
    "tmp_object",
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
    "-journal",
    "x-journal.txt",
    "x-walk",
    "journal",
    "tmpabcdefg",
    "tmpabcdefghi",
    "tmpABCDEFGH",
    "tmpabcdefgh.",
    "xtmpabcdefgh",
    "-temporary.bed",
    "x-temporary",
    "xtemporary.bed",
    ".bam.0",
    "x.bam.bai",
    "x.bam.",
    "x.bam.123456",
    "x.cram.1",
  ])("is not %j", (name) => {
    expect(finalNameOf(name)).toBeUndefined();
    expect(stagedNameOf(`a.tmp/${name}`)).toMatchObject({
      awaitsRename: false,
      uploadPath: `a.tmp/${name}`,
    });
  });
});

describe("[W10] a file in a folder of temporary files", () => {
  test.each([
    "bcftools.aB3xYz/00000.bcf",
    "d/bcftools.aB3xYz/00000.bcf",
    "aB3xYz/00000.bcf",
    "sambamba-pid123-abcd/in.bam.1",
    "sambamba-pid123-markdup-abcd/x",
    "tmpab12_xyz/x.vcf.gz",
    "tmpab12_xyz/sub/x.tmp",
  ])("awaits a rename: %s", (path) => {
    expect(stagedNameOf(path)).toEqual({ path, awaitsRename: true, uploadPath: undefined });
  });

  test.each([
    "bcftools.aB3xYz",
    "bcftools.merged/x.bcf",
    "bcftools.aB3xYz/000001.bcf",
    "bcftools.aB3xYz.d/00000.bcf",
    "xbcftools.aB3xYz/00000.bcf",
    "xtmpab12_xyz/x",
    "sambamba-pid123",
    "sambamba/x",
    "tmpab12_xyz.d/x",
    "tmp/x",
  ])("but not what only looks like it: %s", (path) => {
    expect(stagedNameOf(path)).toEqual({ path, awaitsRename: false, uploadPath: path });
  });
});

describe("a copy that is whole", () => {
  test.each([
    ["tmp_results.csv", false],
    ["sample.bam.1", false],
    ["lab-journal", false],
    ["poetry.lock", false],
    ["tmp_obj_a1B2c3", true],
    ["x.tmp", true],
    [".x.swp", true],
    ["x-temporary.bed", true],
    ["x.txt", false],
  ])("has the name %s, that no file that is ready has: %s", (name, isRefused) => {
    expect(isNeverFinal(name)).toBe(isRefused);
  });
});
