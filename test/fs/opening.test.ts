import { constants } from "node:fs";
import { describe, expect, it } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { BsmountError, type FailureReason, reasonOf } from "../../src/core/errors.ts";
import { demoFileSystem } from "../helpers/demo-file-system.ts";
import { entityOf, fileOf } from "../helpers/memory-catalog.ts";

const CALLS = "/projects/Demo/appresults/Calls/files";
const VCF = `${CALLS}/calls.vcf.gz`;
const { O_RDONLY, O_WRONLY, O_RDWR, O_TRUNC, O_APPEND, O_NONBLOCK } = constants;

async function failureOf(work: () => unknown): Promise<string> {
  try {
    await work();
    return "none";
  } catch (error) {
    return reasonOf(error);
  }
}

describe("opening", () => {
  it("reads the content through a reader, which is closed with the file", async () => {
    const { readFile, readers } = demoFileSystem();
    readers.contents.set("201", Buffer.from("0123456789"));
    expect(await readFile(VCF)).toBe("0123456789");
    expect(readers.opened).toMatchObject([{ fileId: "201", sizeBytes: 10 }]);
    expect(readers.openCount).toBe(0);
  });

  it.each([
    ["a directory", CALLS, O_RDONLY, "is-a-directory"],
    ["a directory for writing", CALLS, O_WRONLY, "is-a-directory"],
    ["a symlink", "/projects/Demo/samples-by-name/tumor", O_RDONLY, "invalid"],
    ["a file for writing", VCF, O_WRONLY, "read-only"],
    ["a file for reading and writing", VCF, O_RDWR, "read-only"],
    ["a file for appending", VCF, O_WRONLY | O_APPEND, "read-only"],
    ["a file to empty it", VCF, O_RDONLY | O_TRUNC, "read-only"],
    ["a generated file for writing", "/projects/Demo/.id", O_RDWR, "read-only"],
    ["an archived file", `${CALLS}/old.bam`, O_RDONLY, "archived"],
    ["a file, with flags that do not matter", VCF, O_RDONLY | O_NONBLOCK, "none"],
  ])("%s", async (_what, path, flags, reason) => {
    const { fs, inoOf } = demoFileSystem();
    const ino = await inoOf(path);
    expect(await failureOf(() => fs.open(ino, flags, neverAborted))).toBe(reason);
  });

  it("gives each its own handle, useless after its release", async () => {
    const { fs, inoOf } = demoFileSystem();
    const ino = await inoOf(VCF);
    const [a, b] = [await fs.open(ino, 0, neverAborted), await fs.open(ino, 0, neverAborted)];
    expect(a).not.toBe(b);
    fs.release(a);
    fs.release(a);
    const into = Buffer.alloc(4);
    expect(await failureOf(() => fs.read(a, 0, into, neverAborted))).toBe("bad-handle");
    expect(await fs.read(b, 8, into, neverAborted)).toBe(2);
    fs.release(b);
  });

  it("[R3] keeps the version that was opened; the next opening has the new one", async () => {
    const { fs, world, clock, inoOf, readers } = demoFileSystem();
    const first = await fs.open(await inoOf(VCF), 0, neverAborted);
    world.put("appresult 20", [fileOf(201, "calls.vcf.gz", { etag: "new" })]);
    clock.advance(60_000);
    const second = await fs.open(await inoOf(VCF), 0, neverAborted);
    const [before, after] = readers.opened.map(({ version }) => version);
    expect(before).not.toBe(after);
    for (const handle of [first, second]) fs.release(handle);
  });

  it("[R7] lets those that have a deleted file open ask about it, and nobody else", async () => {
    const { fs, world, clock, stat } = demoFileSystem();
    const { ino, sizeBytes } = await stat(VCF);
    const handle = await fs.open(ino, 0, neverAborted);
    world.put("appresult 20", []);
    clock.advance(60_000);
    expect((await fs.getattr(ino, neverAborted)).sizeBytes).toBe(sizeBytes);
    fs.release(handle);
    expect(await failureOf(() => fs.getattr(ino, neverAborted))).toBe("not-found");
  });
});

describe("a read that fails", () => {
  const RUN_INFO = "/runs/180101_M1/files/RunInfo.xml";

  it.each<[FailureReason, number]>([
    ["changed", 2],
    ["not-found", 2],
    ["access-denied", 1],
    ["unavailable", 1],
  ])("as %s lets the file list be asked for %d times", async (reason, times) => {
    const { readFile, readers, stat, world } = demoFileSystem();
    readers.failure = new BsmountError(reason, "no");
    expect(await failureOf(async () => await readFile(RUN_INFO))).toBe(reason);
    await stat(RUN_INFO);
    expect(world.asked.filter((what) => what === "runs/30/files")).toHaveLength(times);
  });
});

describe("a new version", () => {
  it.each([
    ["of the same file", [fileOf(201, "calls.vcf.gz", { etag: "new" })]],
    [
      "under another Id",
      [fileOf(500, "calls.vcf.gz", { dateCreatedMs: fileOf(201, "").dateCreatedMs })],
    ],
  ])("[A3] %s is never shown with the size and mtime of what was open", async (_what, files) => {
    const { fs, world, clock, stat } = demoFileSystem();
    const before = await stat(VCF);
    fs.release(await fs.open(before.ino, 0, neverAborted));
    world.put("appresult 20", files);
    clock.advance(60_000);
    const after = await stat(VCF);
    expect(after.sizeBytes).toBe(before.sizeBytes);
    expect(after.mtimeMs).toBe(before.mtimeMs + 1);
    expect((await stat(VCF)).mtimeMs).toBe(after.mtimeMs);
  });

  it("[R3] that was opened makes older descriptors stale, and leaves those of its own", async () => {
    const { fs, world, clock, stat } = demoFileSystem();
    const older = await fs.open((await stat(VCF)).ino, 0, neverAborted);
    world.put("appresult 20", [fileOf(201, "calls.vcf.gz", { etag: "new" })]);
    clock.advance(60_000);
    const into = Buffer.alloc(4);
    expect(await fs.read(older, 0, into, neverAborted)).toBe(4);
    const newer = await fs.open((await stat(VCF)).ino, 0, neverAborted);
    expect(await failureOf(() => fs.read(older, 0, into, neverAborted))).toBe("changed");
    fs.release(older);
    const another = await fs.open((await stat(VCF)).ino, 0, neverAborted);
    fs.release(newer);
    expect(await fs.read(another, 0, into, neverAborted)).toBe(4);
  });

  it("[R3] that the list does not tell of is shown a millisecond later, and old descriptors stay stale", async () => {
    const { fs, readers, stat } = demoFileSystem();
    const before = await stat(VCF);
    const older = await fs.open(before.ino, 0, neverAborted);
    const into = Buffer.alloc(4);
    readers.failure = new BsmountError("changed", "the store has another ETag");
    expect(await failureOf(() => fs.read(older, 0, into, neverAborted))).toBe("changed");
    readers.failure = undefined;
    const after = await stat(VCF);
    expect([after.sizeBytes, after.mtimeMs]).toEqual([before.sizeBytes, before.mtimeMs + 1]);
    const newer = await fs.open(after.ino, 0, neverAborted);
    expect(await failureOf(() => fs.read(older, 0, into, neverAborted))).toBe("changed");
    expect(await fs.read(newer, 0, into, neverAborted)).toBe(4);
    expect((await stat(VCF)).mtimeMs).toBe(after.mtimeMs);
  });

  it("with another date or size shows its own date", async () => {
    const { fs, world, clock, stat } = demoFileSystem();
    const before = await stat(VCF);
    fs.release(await fs.open(before.ino, 0, neverAborted));
    world.put("appresult 20", [fileOf(201, "calls.vcf.gz", { etag: "new", sizeBytes: 11 })]);
    clock.advance(60_000);
    expect((await stat(VCF)).mtimeMs).toBe(before.mtimeMs);
  });
});

describe("a generated file", () => {
  it("[T3] has the exact size of what is read from it", async () => {
    const { stat, readFile } = demoFileSystem();
    for (const name of [".id", ".name", ".type", ".href", ".json"]) {
      const text = await readFile(`/projects/Demo/${name}`);
      expect(text.endsWith("\n")).toBe(true);
      expect((await stat(`/projects/Demo/${name}`)).sizeBytes).toBe(Buffer.byteLength(text));
    }
    const listing = await readFile("/projects/.json");
    expect((await stat("/projects/.json")).sizeBytes).toBe(Buffer.byteLength(listing));
  });

  it("[T3] is the same bytes as long as it is open, though BaseSpace changed", async () => {
    const { fs, world, clock, stat } = demoFileSystem();
    const { ino, sizeBytes } = await stat("/runs/.json");
    const handle = await fs.open(ino, 0, neverAborted);
    const before = Buffer.alloc(sizeBytes);
    await fs.read(handle, 0, before, neverAborted);
    world.list("runs", [entityOf("run", 30, "a new name"), entityOf("run", 31, "more")]);
    clock.advance(60_000);
    expect((await fs.getattr(ino, neverAborted)).sizeBytes).toBe(sizeBytes);
    const after = Buffer.alloc(sizeBytes);
    expect(await fs.read(handle, 0, after, neverAborted)).toBe(sizeBytes);
    expect(after).toEqual(before);
    fs.release(handle);
    clock.advance(2000);
    expect((await fs.getattr(ino, neverAborted)).sizeBytes).toBeGreaterThan(sizeBytes);
  });

  it("that changed without a new size or date is shown a millisecond later", async () => {
    const { world, clock, stat, readFile } = demoFileSystem();
    const path = "/runs/.json";
    await readFile(path);
    const before = await stat(path);
    const [run] = world.entities({ key: "runs" } as never);
    world.list("runs", [{ ...run!, raw: { ...run!.raw, Name: "180101_M9" } }]);
    clock.advance(60_000);
    const after = await stat(path);
    expect(after.sizeBytes).toBe(before.sizeBytes);
    expect(after.mtimeMs).toBe(before.mtimeMs + 1);
  });

  it("is not rendered again for each question about it", async () => {
    const { world, clock, stat, readFile } = demoFileSystem();
    await stat("/projects/Demo/.json");
    await readFile("/projects/Demo/.json");
    clock.advance(1999);
    await readFile("/projects/Demo/.json");
    expect(world.asked.filter((what) => what === "project 1")).toHaveLength(1);
  });
});
