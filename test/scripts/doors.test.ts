import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const SRC = fileURLToPath(new URL("../../src/", import.meta.url));

/** A smaller folder needs no file that explains the others. */
const MIN_FILES = 3;

/** The folders below src/ that have source files of their own. */
const FOLDERS: readonly string[] = readdirSync(SRC, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => relative(SRC, join(entry.parentPath, entry.name)))
  .filter((folder) => sourceFilesIn(folder).length >= MIN_FILES)
  .sort();

function sourceFilesIn(folder: string): readonly string[] {
  return readdirSync(join(SRC, folder)).filter((name) => name.endsWith(".ts"));
}

function isDoor(source: string): boolean {
  const [firstComment = ""] = /^[ \t]*(?:\/\*|\/\/)[\s\S]{0,40}/m.exec(source) ?? [];
  return /^[ \t]*(?:\/\*\*?|\/\/)[\s*]*Begin here\b/.test(firstComment);
}

function doorsOf(folder: string): readonly string[] {
  return sourceFilesIn(folder).filter((name) =>
    isDoor(readFileSync(join(SRC, folder, name), "utf8")),
  );
}

it.each(FOLDERS)("in src/%s one file begins with where to begin", (folder) => {
  expect(doorsOf(folder)).toHaveLength(1);
});

it.each(FOLDERS)("what the door of src/%s names exists", (folder) => {
  const [door = ""] = doorsOf(folder);
  const [text = ""] = /\/\*[\s\S]*?\*\//.exec(readFileSync(join(SRC, folder, door), "utf8")) ?? [];
  const names = [...text.matchAll(/`([\w./-]+(?:\.ts|\/))`/g)].map(([, name = ""]) => name);
  // From the folder or from one above it.
  const above = folder.split("/").map((_name, depth) => "../".repeat(depth));
  const bases = [...above, "../".repeat(above.length)].map((up) => join(SRC, folder, up));
  const isMissing = (name: string): boolean => !bases.some((base) => existsSync(join(base, name)));
  expect(names.filter(isMissing)).toEqual([]);
});

it.each([
  ["a first comment after the imports", 'import "a";\n\n/*\n * Begin here: all.\n */\n', true],
  ["a line", "// Begin here: all.\n", true],
  ["a second comment", "/* Why. */\n\n/* Begin here: all. */\n", false],
  ["a comment that mentions it later", "/* All; begin here. */\n", false],
  ["no comment", 'export const text = "Begin here";\n', false],
])("%s is seen", (_what, source, expected) => {
  expect(isDoor(source)).toBe(expected);
});

/** The rows of a page's table that name a folder and the file to begin in. */
function rowsOf(page: string): readonly (readonly [folder: string, file: string])[] {
  const rows = readFileSync(join(SRC, page), "utf8").matchAll(
    /^\| `([\w/-]+)` +\| `([\w.-]+)` +\|/gm,
  );
  return [...rows].map(([, folder = "", file = ""]) => [folder, file]);
}

it.each(["", "emulator"])("src/%s/README.md names the file to begin in", (base) => {
  const rows = rowsOf(join(base, "README.md"));
  expect(rows.map(([folder]) => [folder, doorsOf(join(base, folder))])).toEqual(
    rows.map(([folder, file]) => [folder, [file]]),
  );
});

it("src/README.md has a row for each layer", () => {
  const layers = readdirSync(SRC, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(
    rowsOf("README.md")
      .map(([folder]) => folder)
      .toSorted(),
  ).toEqual(layers.map(({ name }) => name).toSorted());
});
