import { constants } from "node:fs";
import { describe, expect, it } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { reasonOf } from "../../src/core/errors.ts";
import type { Attributes } from "../../src/fs/file-system.ts";
import { demoFileSystem } from "../helpers/demo-file-system.ts";
import { entityOf, fileOf } from "../helpers/memory-catalog.ts";

const RUN_INFO = "/runs/180101_M1/files/RunInfo.xml";

/** The reason why `work` fails, thrown or rejected. */
async function failureOf(work: () => unknown): Promise<string> {
  try {
    await work();
    return "none";
  } catch (error) {
    return reasonOf(error);
  }
}

describe("attributes", () => {
  it("[A1] of directories: 0755, one link, the owner, the date of what they are of", async () => {
    const { stat, world } = demoFileSystem();
    world.list("runs", [entityOf("run", 30, "r", { dateModifiedMs: 1_600_000_000_123 })]);
    expect(await stat("/runs/r")).toMatchObject({
      type: "directory",
      mode: 0o040755,
      nlink: 1,
      uid: 1000,
      gid: 100,
      mtimeMs: 1_600_000_000_123,
    });
  });

  it("[A2] [A3] of files: 0644, the exact size, blocks that fit it, DateModified or else DateCreated", async () => {
    const { stat, world } = demoFileSystem();
    world.put("run 30", [
      fileOf(1, "a", { sizeBytes: 5 * 2 ** 30 + 1, dateModifiedMs: 1_600_000_000_123 }),
      fileOf(2, "b", { sizeBytes: 0, dateCreatedMs: 1_500_000_000_000 }),
    ]);
    expect(await stat("/runs/180101_M1/files/a")).toMatchObject({
      type: "file",
      mode: 0o100644,
      nlink: 1,
      sizeBytes: 5 * 2 ** 30 + 1,
      blocks: (5 * 2 ** 30) / 512 + 8,
      blockSizeBytes: 131_072,
      mtimeMs: 1_600_000_000_123,
    });
    expect(await stat("/runs/180101_M1/files/b")).toMatchObject({
      blocks: 0,
      mtimeMs: 1_500_000_000_000,
    });
  });

  it("[A1] are narrowed by the umask, those of symlinks are not", async () => {
    const { stat } = demoFileSystem({ umask: 0o077 });
    expect((await stat("/projects")).mode).toBe(0o040700);
    expect((await stat(RUN_INFO)).mode).toBe(0o100600);
    expect((await stat("/projects/Demo/samples-by-name/tumor")).mode).toBe(0o120777);
  });

  it("[A3] never have a date before 1970", async () => {
    const { stat, world } = demoFileSystem();
    world.list("runs", [entityOf("run", 30, "r", { dateCreatedMs: Date.UTC(1, 0, 1) - 1 })]);
    expect(await stat("/runs/r")).toMatchObject({ mtimeMs: 0, atimeMs: 0, ctimeMs: 0 });
  });

  it("[A3] of a folder have the newest date of what is below", async () => {
    const { stat, world } = demoFileSystem();
    world.put("run 30", [
      fileOf(1, "d/e/new", { dateCreatedMs: 2000 }),
      fileOf(2, "d/old", { dateCreatedMs: 1000 }),
    ]);
    expect((await stat("/runs/180101_M1/files/d")).mtimeMs).toBe(2000);
  });
});

describe("lookup", () => {
  it("returns in the same turn once the listings are cached", async () => {
    const { fs, stat, inoOf } = demoFileSystem();
    await stat(RUN_INFO);
    const folder = await inoOf("/runs/180101_M1/files");
    const found = fs.lookup(folder, "RunInfo.xml", neverAborted);
    expect(found).not.toBeInstanceOf(Promise);
    expect(fs.getattr((found as Attributes).ino, neverAborted)).not.toBeInstanceOf(Promise);
  });

  it.each([
    ["a name that is not there", "nothing", "not-found"],
    ["a name that is not UTF-8", "a\ufffdb", "not-found"],
    ["a name of 255 bytes", "é".repeat(127) + "x", "not-found"],
    ["a name of 256 bytes", "é".repeat(128), "name-too-long"],
  ])("refuses %s", async (_what, name, reason) => {
    const { fs } = demoFileSystem();
    expect(await failureOf(() => fs.lookup(fs.root, name, neverAborted))).toBe(reason);
  });

  it("in a file is refused", async () => {
    const { fs, inoOf } = demoFileSystem();
    const file = await inoOf(RUN_INFO);
    expect(await failureOf(() => fs.lookup(file, "x", neverAborted))).toBe("not-a-directory");
  });

  it("costs one listing for any number of names, absent ones included", async () => {
    const { fs, world, inoOf } = demoFileSystem();
    const folder = await inoOf("/runs/180101_M1/files");
    for (let at = 0; at < 50; at += 1) {
      await failureOf(() => fs.lookup(folder, `missing${at}.tmp`, neverAborted));
    }
    expect(world.asked).toEqual(["runs", "runs/30/files"]);
  });

  it("[F1] shows a change made elsewhere after the TTL, and no longer a file that was deleted", async () => {
    const { stat, world, clock } = demoFileSystem();
    const path = "/projects/Demo/appresults/Calls/files/calls.vcf.gz";
    expect((await stat(path)).sizeBytes).toBe(10);
    world.put("appresult 20", [fileOf(201, "calls.vcf.gz", { sizeBytes: 11 })]);
    expect((await stat(path)).sizeBytes).toBe(10);
    clock.advance(60_000);
    expect((await stat(path)).sizeBytes).toBe(11);
    world.put("appresult 20", []);
    clock.advance(60_000);
    expect(await failureOf(async () => await stat(path))).toBe("not-found");
  });
});

describe("readdir", () => {
  it("lists everything once with type and inode, `.` and `..` first", async () => {
    const { fs, inoOf, stat } = demoFileSystem();
    const project = await inoOf("/projects/Demo");
    const entries = await fs.readdir(project, neverAborted);
    const { ino: projects } = await stat("/projects");
    expect(entries.slice(0, 2)).toEqual([
      { name: ".", ino: project, type: "directory" },
      { name: "..", ino: projects, type: "directory" },
    ]);
    for (const { name, ino, type } of entries.slice(2)) {
      expect(await stat(`/projects/Demo/${name}`)).toMatchObject({ ino, type });
    }
  });

  it("of the root has the root as its own parent", async () => {
    const { fs } = demoFileSystem();
    const entries = await fs.readdir(fs.root, neverAborted);
    expect(entries.slice(0, 2).map(({ ino }) => ino)).toEqual([1, 1]);
  });

  it("shows files, folders and symlinks as what they are", async () => {
    const { fs, inoOf } = demoFileSystem();
    const typesIn = async (path: string) =>
      (await fs.readdir(await inoOf(path), neverAborted)).slice(2).map(({ type }) => type);
    expect((await typesIn("/runs/180101_M1/files")).sort()).toEqual(["directory", "file"]);
    expect(await typesIn("/projects/Demo/samples-by-name")).toEqual(Array(3).fill("symlink"));
  });

  it("of a file is refused", async () => {
    const { fs, inoOf } = demoFileSystem();
    const file = await inoOf(RUN_INFO);
    expect(await failureOf(() => fs.readdir(file, neverAborted))).toBe("not-a-directory");
  });
});

describe("symlinks", () => {
  it("lead from a sample's name to its Id, and their size is their target's", async () => {
    const { fs, stat } = demoFileSystem();
    const link = await stat("/projects/Demo/samples-by-name/tumor");
    expect(await fs.readlink(link.ino, neverAborted)).toBe("../samples/12");
    expect(link).toMatchObject({ sizeBytes: "../samples/12".length, blocks: 0 });
  });

  it("are the only thing that readlink reads", async () => {
    const { fs, inoOf } = demoFileSystem();
    const file = await inoOf(RUN_INFO);
    expect(await failureOf(() => fs.readlink(file, neverAborted))).toBe("invalid");
  });
});

describe("access", () => {
  it.each([
    ["to read a file", RUN_INFO, constants.R_OK, "none"],
    ["to know whether a file is there", RUN_INFO, constants.F_OK, "none"],
    ["to enter a directory", "/runs", constants.R_OK | constants.X_OK, "none"],
    ["to write a file", RUN_INFO, constants.W_OK, "read-only"],
    ["to write into a directory", "/runs", constants.W_OK, "read-only"],
    ["to run a file", RUN_INFO, constants.X_OK, "access-denied"],
  ])("%s", async (_what, path, mask, reason) => {
    const { fs, inoOf } = demoFileSystem();
    const ino = await inoOf(path);
    expect(await failureOf(() => fs.access(ino, mask, neverAborted))).toBe(reason);
  });
});

describe("extended attributes", () => {
  it("[A6] are none yet; namespaces but user.* do not exist", async () => {
    const { fs, inoOf } = demoFileSystem();
    const ino = await inoOf(RUN_INFO);
    const get = async (name: string): Promise<string> =>
      await failureOf(() => fs.getxattr(ino, name, neverAborted));
    expect(await get("user.basespace.id")).toBe("no-attribute");
    for (const name of ["security.capability", "system.posix_acl_access", "trusted.x"]) {
      expect(await get(name)).toBe("not-supported");
    }
    expect(await fs.listxattr(ino, neverAborted)).toEqual([]);
  });
});

describe("statfs", () => {
  it("[A7] returns the longest name, and no free space where nothing can be written", async () => {
    const { fs } = demoFileSystem();
    expect(await fs.statfs()).toMatchObject({ nameMax: 255, freeBlocks: 0 });
  });
});

describe("an inode", () => {
  it("that was never given is stale", async () => {
    const { fs } = demoFileSystem();
    const reason = await failureOf(() => fs.getattr(12_345 as never, neverAborted));
    expect(reason).toBe("changed");
  });
});
