import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FileTree } from "../../src/tree/file-tree.ts";
import { decodeName, encodeName, isLossy } from "../../src/tree/encoding.ts";
import type { CollectionDirectory, EntityDirectory } from "../../src/tree/node.ts";
import type { FileFolder } from "../../src/tree/file-folder.ts";
import { type Nameable, uniqueEntityNames, uniqueFileNames } from "../../src/tree/unique-names.ts";
import { entityOf, fileOf } from "../helpers/memory-catalog.ts";

/** Characters that matter to the rules, among ordinary and quite other ones. */
const nasty = fc.constantFrom(
  "/",
  ".",
  "~",
  "‛",
  "／",
  "．",
  "␀",
  "␊",
  "␡",
  "？",
  "a",
  "1",
  "\0",
  "\n",
  "\x7f",
  "\ufffd",
  "\ud83e",
  "\udded",
  "🧬",
  ".fastq.gz",
  "~1",
);
const anyText = fc.oneof(
  fc.array(nasty, { maxLength: 6 }).map((parts) => parts.join("")),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom("a", "a~1", "a~2", "a~1~1", "", ".", "..", ".json"),
  fc
    .tuple(fc.constantFrom("x", "é", "🧬"), fc.integer({ min: 60, max: 260 }))
    .map(([unit, times]) => unit.repeat(times)),
);

const nameables = fc
  .uniqueArray(
    fc.record({
      id: fc.integer({ min: 1, max: 30 }).map(String),
      name: anyText,
      dateCreatedMs: fc.integer({ min: 0, max: 3 }),
    }),
    { selector: ({ id }) => id, maxLength: 12 },
  )
  .map((list): readonly Nameable[] => list);

const RESERVED = new Set([".json"]);

function expectFileName(name: string): void {
  expect(name).not.toBe("");
  expect([".", ".."]).not.toContain(name);
  // eslint-disable-next-line no-control-regex
  expect(name).not.toMatch(/[/\u0000-\u001f\u007f\ufffd]/);
  expect(isLossy(name)).toBe(false);
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
}

function idsByName(named: ReadonlyMap<string, Nameable>): [string, string][] {
  return [...named]
    .map(([name, { id }]): [string, string] => [name, id])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

describe("encoded names", () => {
  it("[N2] turn back into what they were made of", () => {
    fc.assert(
      fc.property(anyText, (name) => {
        fc.pre(!isLossy(name));
        expect(decodeName(encodeName(name))).toBe(name);
      }),
      { numRuns: 1000 },
    );
  });

  it("differ for names that differ", () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        fc.pre(a !== b && !isLossy(a) && !isLossy(b));
        expect(encodeName(a)).not.toBe(encodeName(b));
      }),
    );
  });
});

describe("unique names", () => {
  it("[N3] are one to each entity, fit a file name and avoid the reserved ones", () => {
    fc.assert(
      fc.property(nameables, (entities) => {
        const named = uniqueEntityNames(entities, RESERVED);
        expect(new Set(named.values())).toEqual(new Set(entities));
        for (const name of named.keys()) {
          expectFileName(name);
          expect(RESERVED.has(name)).toBe(false);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("[N1] do not depend on the order of the listing", () => {
    const shuffled = nameables.chain((list) =>
      fc.tuple(
        fc.constant(list),
        fc.shuffledSubarray([...list], { minLength: list.length }),
        fc.nat({ max: list.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([list, other, cut]) => {
        expect(idsByName(uniqueEntityNames(list))).toEqual(idsByName(uniqueEntityNames(other)));
        const isFolder = new Set(list.slice(0, cut));
        const name = (entries: readonly Nameable[]) =>
          uniqueFileNames(
            entries.filter((entry) => !isFolder.has(entry)),
            entries.filter((entry) => isFolder.has(entry)),
          );
        expect(idsByName(name(list))).toEqual(idsByName(name(other)));
      }),
      { numRuns: 500 },
    );
  });

  it("[N5] of entities stay what they are when something newer comes", () => {
    fc.assert(
      fc.property(nameables, anyText, (entities, name) => {
        const newcomer = { id: "99", name, dateCreatedMs: 100 };
        const before = idsByName(uniqueEntityNames(entities));
        const after = idsByName(uniqueEntityNames([...entities, newcomer]));
        expect(after.filter(([, id]) => id !== "99")).toEqual(before);
      }),
      { numRuns: 500 },
    );
  });

  it("[N6] of files leave the plain name with the newest", () => {
    fc.assert(
      fc.property(nameables, (files) => {
        const named = uniqueFileNames(files, []);
        for (const file of files) {
          const plain = encodeName(file.name);
          if (isLossy(file.name) || Buffer.byteLength(plain) > 255) continue;
          const holder = named.get(plain);
          expect(holder?.name).toBe(file.name);
          expect(holder?.dateCreatedMs ?? 0).toBeGreaterThanOrEqual(file.dateCreatedMs);
        }
      }),
    );
  });
});

describe("a file tree", () => {
  const owner: EntityDirectory = {
    type: "directory",
    kind: "entity",
    name: "r",
    parent: {} as CollectionDirectory,
    entity: entityOf("run", 1, "r"),
    isListed: true,
  };
  const paths = fc.array(
    fc.array(anyText, { minLength: 1, maxLength: 4 }).map((segments) => segments.join("/")),
    { maxLength: 12 },
  );

  function allFiles(folder: FileFolder): { path: string[]; id: string }[] {
    return [...folder.entries].flatMap(([name, node]) => {
      expectFileName(name);
      expect(node.name).toBe(name);
      if (node.kind === "file") return [{ path: [name], id: node.item.id }];
      const below = folder.folder(name);
      expect(below).toBeDefined();
      return below === undefined
        ? []
        : allFiles(below).map(({ path, id }) => ({ path: [name, ...path], id }));
    });
  }

  it("[T5] shows every file once, as deep as its path says, whatever the path is", () => {
    fc.assert(
      fc.property(paths, (paths) => {
        const items = paths.map((path, at) => fileOf(at + 1, path));
        const files = allFiles(new FileTree(owner, "files", { items }).root);
        expect(files.map(({ id }) => id).sort()).toEqual(items.map(({ id }) => id).sort());
        for (const { id, path } of files) {
          expect(path).toHaveLength(paths[Number(id) - 1]?.split("/").length ?? 0);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("[N1] does not depend on the order of the listing", () => {
    fc.assert(
      fc.property(paths, (paths) => {
        const items = paths.map((path, at) => fileOf(at + 1, path, { dateCreatedMs: 0 }));
        const show = (list: typeof items) =>
          allFiles(new FileTree(owner, "files", { items: list }).root)
            .map(({ path, id }) => `${path.join("/")} ${id}`)
            .sort();
        expect(show(items.toReversed())).toEqual(show(items));
      }),
      { numRuns: 200 },
    );
  });
});
