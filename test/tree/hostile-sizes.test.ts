import { expect, test } from "vitest";
import type { FileItem } from "../../src/catalog/catalog.ts";
import type { FileId } from "../../src/core/ids.ts";
import { FileTree } from "../../src/tree/file-tree.ts";
import type { FileFolder } from "../../src/tree/file-folder.ts";
import { MAX_FILE_PATH_BYTES } from "../../src/tree/file-path.ts";
import type { CollectionDirectory, EntityDirectory } from "../../src/tree/node.ts";
import { uniqueEntityNames, uniqueFileNames } from "../../src/tree/unique-names.ts";

/*
 * What a service can send that is large in one way or another: each takes seconds at most, where a cost that
 * grows with the square of it would take minutes.
 */

const MANY = 100_000;
const DEADLINE_MS = 10_000;

const root = { type: "directory", kind: "root" } as const;
const collection = { kind: "projects", key: "projects" } as const;
const parent = {
  type: "directory",
  kind: "collection",
  name: "projects",
  parent: root,
  collection,
} as unknown as CollectionDirectory;
const owner = {
  type: "directory",
  kind: "entity",
  name: "p",
  parent,
  entity: { kind: "sample", id: "1", name: "p", dateCreatedMs: 0 },
  isListed: true,
} as unknown as EntityDirectory;

function item(path: string, id: number): FileItem {
  return {
    id: `${id}` as FileId,
    path,
    sizeBytes: 1,
    dateCreatedMs: 0,
    isArchived: false,
  } as FileItem;
}

function treeOf(items: readonly FileItem[]): FileTree {
  return new FileTree(owner, "files", { items });
}

function timed<T>(work: () => T): T {
  const begun = performance.now();
  const value = work();
  expect(performance.now() - begun).toBeLessThan(DEADLINE_MS);
  return value;
}

/** The path of every file, walked from the top as the kernel does it. */
function shownPaths(top: FileFolder): string[] {
  const paths: string[] = [];
  const left: (readonly [path: string, folder: FileFolder])[] = [["", top]];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const [above, folder] = next;
    for (const [name, entry] of folder.entries) {
      const below = folder.folder(name);
      if (entry.kind === "file") paths.push(above + name);
      else if (below !== undefined) left.push([`${above}${name}/`, below]);
    }
  }
  return paths;
}

test.each([3_000, 8_000, 100_000])("[N10] a file %i folders deep shows under one name", (depth) => {
  const path = `${"d/".repeat(depth)}x.bam`;
  const shown = timed(() => shownPaths(treeOf([item(path, 7), item("a/b", 8)]).root));
  expect(shown).toHaveLength(2);
  expect(shown).toContain("a/b");
  const [name = ""] = shown.filter((other) => other !== "a/b");
  expect(name).toMatch(/^d／d／.*~7\.bam$/);
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
});

test("[N10] the longest path that shows as it is has as many folders as fit", () => {
  const path = `${"d/".repeat(MAX_FILE_PATH_BYTES / 2 - 1)}xy`;
  expect(path).toHaveLength(MAX_FILE_PATH_BYTES);
  const items = [item(path, 7), item(`${path}z`, 8)];
  const shown = timed(() => shownPaths(treeOf(items).root));
  expect(shown).toContain(path);
  expect(shown.filter((other) => other.endsWith("~8"))).toHaveLength(1);
});

test("many files in folders that are as deep as can be", () => {
  const items = Array.from({ length: 300 }, (_, at) =>
    item(`${"d/".repeat(MAX_FILE_PATH_BYTES / 2 - 10)}${at}`, at + 1),
  );
  const tree = timed(() => treeOf(items));
  expect(timed(() => shownPaths(tree.root))).toHaveLength(items.length);
});

const sameName = (at: number): FileItem => item("same.txt", at + 1);
const sameEverything = (): FileItem => item("same.txt", 5);
const sameFolder = (at: number): FileItem =>
  item(`\ufffd${at % 2 === 0 ? "" : "\ud800"}/x${at}`, at + 1);
const ownFolder = (at: number): FileItem => item(`${at}/x`, at + 1);
const alikeWhenCut = (at: number): FileItem => item(`${"n".repeat(300)}${at}`, 5);

test.each([
  ["files of one name", sameName],
  ["files of one name and one Id", sameEverything],
  ["files in two folders whose names are alike", sameFolder],
  ["files in as many folders", ownFolder],
  ["files of one Id whose names are alike once they are cut", alikeWhenCut],
] as const)("a hundred thousand %s each have a name", { timeout: 60_000 }, (_what, make) => {
  const items = Array.from({ length: MANY }, (_, at) => make(at));
  const tree = timed(() => treeOf(items));
  const shown = timed(() => shownPaths(tree.root));
  expect(new Set(shown).size).toBe(MANY);
});

test.each([
  ["one name", () => "same", (at: number) => `${at}`],
  ["one name and one Id", () => "same", () => "5"],
  [
    "names and Ids that are alike once they are cut",
    (at: number) => `${"n".repeat(300)}${at}`,
    (at: number) => `${"5".repeat(50)}${at}`,
  ],
] as const)(
  "a hundred thousand entities with %s each have a name",
  { timeout: 60_000 },
  (_what, name, id) => {
    const entities = Array.from({ length: MANY }, (_, at) => ({
      name: name(at),
      id: id(at),
      dateCreatedMs: 0,
    }));
    expect(timed(() => uniqueEntityNames(entities)).size).toBe(MANY);
    expect(
      timed(() => uniqueFileNames(entities.slice(0, MANY / 2), entities.slice(MANY / 2))).size,
    ).toBe(MANY);
  },
);
