import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FileItem } from "../../src/catalog/catalog.ts";
import type { FileFolder } from "../../src/tree/file-folder.ts";
import { FileTree } from "../../src/tree/file-tree.ts";
import type { CollectionDirectory, EntityDirectory } from "../../src/tree/node.ts";
import { type FileAlias, StagedList } from "../../src/write/staged-list.ts";
import { entityOf, fileOf } from "../helpers/memory-catalog.ts";

type Made = { -readonly [Key in keyof FileItem]: FileItem[Key] } & { replaces: string[] };

const owner: EntityDirectory = {
  type: "directory",
  kind: "entity",
  name: "r",
  parent: {} as CollectionDirectory,
  entity: entityOf("appresult", 1, "r"),
  isListed: true,
};

/** Few names, so that they collide; some that need an encoding or that no name can show. */
const segment = fc.constantFrom("a", "b", "c", "a~7", "%2F", "\u{fffd}", "x\u0000", "");
const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
const at = fc.nat(20);
const step = fc.oneof(
  fc.record({ kind: fc.constant("add" as const), path }),
  fc.record({ kind: fc.constant("remove" as const), at }),
  fc.record({ kind: fc.constant("move" as const), at, path }),
  fc.record({ kind: fc.constant("finish" as const), at, id: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ kind: fc.constant("mkdir" as const), path }),
  fc.record({ kind: fc.constant("rmdir" as const), at }),
  fc.record({ kind: fc.constant("replace" as const), at, id: fc.integer({ min: 1, max: 8 }) }),
  fc.record({ kind: fc.constant("cover" as const), id: fc.integer({ min: 1, max: 8 }), path }),
  fc.record({ kind: fc.constant("uncover" as const), id: fc.integer({ min: 1, max: 8 }), path }),
  fc.record({ kind: fc.constant("hide" as const), id: fc.integer({ min: 1, max: 8 }), path }),
  fc.record({ kind: fc.constant("close" as const), at }),
  fc.record({ kind: fc.constant("look" as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

type Steps = {
  readonly [Kind in Step["kind"]]: (
    list: StagedList<Made>,
    step: Extract<Step, { readonly kind: Kind }>,
    made: number,
  ) => void;
};

const STEPS: Steps = {
  add: (list, { path }, made) =>
    list.add(madeFile(`staged ${made}`, path, datesOf(1e15 + made, made))),
  replace: (list, { at, id }) => {
    for (const item of chosen(list.items, at)) replace(list, item, String(id));
  },
  cover: (list, { id, path }) => list.cover({ id: String(id), path }),
  uncover: (list, { id, path }) => list.uncover({ id: String(id), path }),
  hide: (list, { id, path }) => hide(list, String(id), path),
  close: (list, { at }) => {
    for (const alias of chosen(aliasesOf(list), at)) list.removeAlias(alias);
  },
  mkdir: (list, { path }) => list.addFolder(path),
  rmdir: (list, { at }) => {
    for (const folder of chosen(list.folders, at)) list.removeFolder(folder);
  },
  remove: (list, { at }) => {
    for (const item of chosen(list.items, at)) list.remove(item);
  },
  move: (list, { at, path }) => {
    for (const item of chosen(list.items, at)) move(list, item, path);
  },
  finish,
  look: () => {},
};

function take(list: StagedList<Made>, made: number, step: Step): void {
  (STEPS[step.kind] as (list: StagedList<Made>, step: Step, made: number) => void)(
    list,
    step,
    made,
  );
}

function madeFile(id: string, path: string, dates: Partial<FileItem> = {}): Made {
  return { ...fileOf(id, path), ...dates, replaces: [] };
}

/** As a rename onto a file of BaseSpace does it. */
function replace(list: StagedList<Made>, item: Made, id: string): void {
  item.replaces.push(id);
  list.moved(item, item.path);
}

/** As libfuse does it with an open file that is removed. */
function hide(list: StagedList<Made>, id: string, path: string): void {
  if (list.shown.some((item) => item.id === id)) return;
  list.addAlias({ ...fileOf(id, path), replaces: [] });
}

function aliasesOf(list: StagedList<Made>): readonly FileAlias[] {
  const items = new Set<unknown>(list.items);
  return list.shown.filter((item) => !items.has(item));
}

function move(list: StagedList<Made>, item: Made, path: string): void {
  const from = item.path;
  item.path = path;
  list.moved(item, from);
}

function finish(
  list: StagedList<Made>,
  { at, id }: { readonly at: number; readonly id: number },
  made: number,
): void {
  if (list.shown.some((item) => item.id === String(id))) return;
  for (const item of chosen(list.items, at)) {
    Object.assign(item, { id: String(id), ...datesOf(2e12 + id, made) });
    list.changed(item);
  }
}

/** A file is never older than it was. */
function datesOf(dateCreatedMs: number, made: number): Partial<FileItem> {
  return { dateCreatedMs, dateModifiedMs: 2e12 + made };
}

/** One of `all`, or none where there is none. */
function chosen<T>(all: readonly T[], at: number): readonly T[] {
  return all.length === 0 ? [] : all.slice(at % all.length).slice(0, 1);
}

function show(folder: FileFolder): unknown[] {
  return [...folder.entries]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, node]) => {
      const below = folder.folder(name);
      if (node.kind === "file") return [name, node.name, node.item.id, node.parent.name];
      return [name, node.name, node.dateMs, below === undefined ? "?" : show(below)];
    });
}

describe("a file tree that follows what is made here", () => {
  it("shows what one that is made at that moment shows", () => {
    fc.assert(
      fc.property(fc.array(path, { maxLength: 6 }), fc.array(step), (listed, steps) => {
        const items = listed.map((path, index) => fileOf(index + 1, path));
        const list = new StagedList<Made>();
        const tree = new FileTree(owner, "files", { items, local: list });
        steps.forEach((step, made) => {
          take(list, made, step);
          if (step.kind !== "look") return;
          expect(tree.follow(list)).toBe(true);
          const fresh = new FileTree(owner, "files", { items, local: list });
          expect(show(tree.root)).toEqual(show(fresh.root));
        });
      }),
      { numRuns: 2000 },
    );
  });

  it("says so when too much has happened to follow", () => {
    const list = new StagedList<Made>();
    const tree = new FileTree(owner, "files", { items: [], local: list });
    for (let made = 0; made < 5000; made += 1) list.add(madeFile(`staged ${made}`, `f${made}`));
    expect(tree.follow(list)).toBe(false);
  });

  it("keeps the folder's other names when a file comes", () => {
    const list = new StagedList<Made>();
    const tree = new FileTree(owner, "files", { items: [fileOf(1, "old")], local: list });
    const before = tree.root.entries.get("old");
    list.add(madeFile("staged 1", "new"));
    expect(tree.follow(list)).toBe(true);
    expect([...tree.root.entries.keys()]).toEqual(["old", "new"]);
    expect(tree.root.entries.get("old")).toBe(before);
  });
});
