import { beforeEach, describe, expect, it } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { reasonOf } from "../../src/core/errors.ts";
import { PathNodes } from "../../src/fuse/path-nodes.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { MemoryFileSystem } from "../helpers/memory-file-system.ts";

let clock: FakeClock;
let fileSystem: MemoryFileSystem;
let nodes: PathNodes;

beforeEach(() => {
  clock = new FakeClock();
  fileSystem = new MemoryFileSystem();
  nodes = new PathNodes(fileSystem, { clock, ttlMs: 1000, maxPaths: 4 });
});

function reason(work: () => unknown): string {
  try {
    work();
    return "none";
  } catch (error) {
    return reasonOf(error);
  }
}

describe("paths", () => {
  it("are resolved from the root, in the same turn", () => {
    const file = fileSystem.addFile("a/b/c.txt");
    expect(nodes.node("/a/b/c.txt", neverAborted)).toBe(file.ino);
    expect(nodes.node("/", neverAborted)).toBe(fileSystem.root);
    expect(fileSystem.calls).toEqual(["lookup a", "lookup b", "lookup c.txt"]);
  });

  it("are not looked up twice within the time to live, and again after it", async () => {
    fileSystem.addFile("a/b.txt");
    void nodes.node("/a/b.txt", neverAborted);
    void nodes.node("/a/b.txt", neverAborted);
    expect(fileSystem.calls).toHaveLength(2);
    clock.advance(1000);
    void nodes.node("/a/b.txt", neverAborted);
    expect(fileSystem.calls).toHaveLength(4);
  });

  it("always have their last name looked up for attributes", () => {
    fileSystem.addFile("a/b.txt", "1");
    void nodes.attributes("/a/b.txt", neverAborted);
    fileSystem.addFile("a/b.txt", "22");
    expect(nodes.attributes("/a/b.txt", neverAborted)).toMatchObject({ sizeBytes: 2 });
    expect(fileSystem.calls).toEqual(["lookup a", "lookup b.txt", "lookup b.txt"]);
  });

  it("are forgotten below a folder that was replaced", () => {
    fileSystem.addFile("a/b/c.txt");
    void nodes.node("/a/b/c.txt", neverAborted);
    fileSystem.remove("a");
    const other = fileSystem.addFile("a/b/c.txt");
    void nodes.attributes("/a", neverAborted);
    expect(nodes.node("/a/b/c.txt", neverAborted)).toBe(other.ino);
  });

  it("are forgotten at and below a name that no longer exists", () => {
    fileSystem.addFile("a/b/c.txt");
    void nodes.node("/a/b/c.txt", neverAborted);
    fileSystem.remove("a");
    expect(reason(() => nodes.attributes("/a", neverAborted))).toBe("not-found");
    expect(reason(() => nodes.node("/a/b/c.txt", neverAborted))).toBe("not-found");
    expect(nodes.size).toBe(0);
  });

  it("are cached up to a bound", () => {
    for (let index = 0; index < 10; index += 1) {
      fileSystem.addFile(`f${index}`);
      void nodes.node(`/f${index}`, neverAborted);
    }
    expect(nodes.size).toBe(4);
  });

  it("are split into directory and name, which need not exist", () => {
    const folder = fileSystem.addFolder("a");
    expect(nodes.parentAndName("/a/new", neverAborted)).toEqual({
      parent: folder.ino,
      name: "new",
    });
    expect(reason(() => nodes.parentAndName("/", neverAborted))).toBe("invalid");
  });

  it("give the same results with a file system that returns promises", async () => {
    const file = fileSystem.addFile("a/b.txt");
    const lookup = fileSystem.lookup.bind(fileSystem);
    fileSystem.lookup = async (parent, name) => await lookup(parent, name);
    expect(await nodes.node("/a/b.txt", neverAborted)).toBe(file.ino);
    expect(nodes.node("/a/b.txt", neverAborted)).toBe(file.ino);
    fileSystem.remove("a");
    await expect(nodes.attributes("/a", neverAborted)).rejects.toMatchObject({
      reason: "not-found",
    });
    expect(nodes.size).toBe(0);
  });
});
