import { describe, expect, it } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { InodeTable } from "../../src/fs/inode-table.ts";
import type { Node } from "../../src/tree/node.ts";
import { PathTree } from "../../src/tree/path-tree.ts";
import { demoWorld } from "../helpers/demo-world.ts";
import { pathTree } from "../helpers/catalogs.ts";

const PATHS = [
  "/projects",
  "/projects/Demo",
  "/projects/Demo/samples",
  "/projects/Demo/samples-by-name",
  "/projects/Demo/samples-by-name/tumor",
  "/projects/Demo/samples/10",
  "/projects/Demo/samples/10/files",
  "/projects/Demo/samples/10/files/Data",
  "/projects/Demo/samples/10/files/readme.txt",
  "/projects/Demo/.json",
];

async function demoNodes(): Promise<{ tree: PathTree; nodes: Node[] }> {
  const tree = pathTree({ catalog: demoWorld() });
  const resolved = PATHS.map(async (path) => await tree.resolve(path, neverAborted, false));
  return { tree, nodes: await Promise.all(resolved) };
}

describe("inode numbers", () => {
  it("[A4] are the same on every mount, whatever was looked up first", async () => {
    const [one, other] = [await demoNodes(), await demoNodes()];
    const first = new InodeTable(one.tree.root);
    const second = new InodeTable(other.tree.root);
    const numbers = one.nodes.map((node) => first.inoOf(node));
    const again = other.nodes.toReversed().map((node) => second.inoOf(node));
    expect(again.toReversed()).toEqual(numbers);
    expect(new Set(numbers).size).toBe(PATHS.length);
  });

  it("are 1 for the root and never 0, 1 or 2^32 - 1 for anything else", async () => {
    const { tree, nodes } = await demoNodes();
    for (const hash of [0, 1, 0xffff_ffff, 0xffff_fffe]) {
      const table = new InodeTable(tree.root, { hash: () => hash });
      expect(table.inoOf(tree.root)).toBe(1);
      const numbers = nodes.map((node) => table.inoOf(node));
      expect(new Set(numbers).size).toBe(PATHS.length);
      expect(Math.min(...numbers)).toBeGreaterThanOrEqual(2);
      expect(Math.max(...numbers)).toBeLessThanOrEqual(0xffff_fffe);
    }
  });

  it("[A4] are unique and lasting where hashes collide", async () => {
    const { tree, nodes } = await demoNodes();
    const table = new InodeTable(tree.root, { hash: () => 500 });
    const numbers = nodes.map((node) => table.inoOf(node));
    expect(numbers).toEqual(PATHS.map((_path, at) => 500 + at));
    expect(nodes.map((node) => table.inoOf(node))).toEqual(numbers);
    expect(numbers.map((ino) => table.nodeOf(ino))).toEqual(nodes);
  });

  it("lead to the latest state of their node", async () => {
    const { tree, nodes } = await demoNodes();
    const table = new InodeTable(tree.root);
    const project = nodes[1] as Node & { kind: "entity" };
    const renamed = { ...project, name: "other" };
    expect(table.inoOf(renamed)).toBe(table.inoOf(project));
    table.inoOf(renamed);
    expect(table.nodeOf(table.inoOf(renamed))).toBe(renamed);
    expect(table.size).toBe(1);
  });

  it("are bounded, however often a long folder is listed with other Ids", async () => {
    const { tree, nodes } = await demoNodes();
    const table = new InodeTable(tree.root, { recent: 12_500 });
    const file = nodes[8] as Node & { kind: "file" };
    const used = table.inoOf(file);
    const ofListing = (listing: number, at: number): Node => ({
      ...file,
      item: { ...file.item, id: `${listing}${at + 100_000}` as never },
    });
    const sizes = Array.from({ length: 20 }, (_, listing) => {
      for (let at = 0; at < 10_000; at += 1) table.listedInoOf(ofListing(listing + 1, at));
      return table.size;
    });
    expect(Math.max(...sizes)).toBeLessThanOrEqual(25_001);
    expect(table.nodeOf(used)).toBe(file);
    expect(table.listedInoOf(ofListing(20, 0))).toBe(table.inoOf(ofListing(20, 0)));
  });

  it("that were never given are refused", async () => {
    const { tree } = await demoNodes();
    expect(() => new InodeTable(tree.root).nodeOf(4711 as never)).toThrow(/4711 is not known/);
  });

  it("spread Ids that differ in the last digit only", async () => {
    const { tree } = await demoNodes();
    const table = new InodeTable(tree.root);
    const file = (await tree.resolve("/runs/30/files/RunInfo.xml", neverAborted)) as Node & {
      kind: "file";
    };
    const numbers = Array.from({ length: 2000 }, (_, at) =>
      table.inoOf({ ...file, item: { ...file.item, id: String(11_000_000_000 + at) } }),
    );
    const neighbours = numbers.filter((ino, at) => Math.abs(ino - (numbers[at - 1] ?? 0)) < 1000);
    expect(new Set(numbers).size).toBe(2000);
    expect(neighbours.length).toBeLessThan(5);
  });
});
