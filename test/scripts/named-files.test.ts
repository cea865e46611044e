import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The names of all files, for those that are named without their folder. */
const NAMES: ReadonlySet<string> = new Set(
  ["src", "test", "scripts", "docs", "native-notes"].flatMap((folder) =>
    readdirSync(ROOT + folder, { recursive: true, encoding: "utf8" }).map((path) => basename(path)),
  ),
);

/** Pages, and the folders that their paths start from. */
const PAGES: readonly (readonly [page: string, bases: readonly string[]])[] = [
  ["README.md", []],
  ["CONTRIBUTING.md", []],
  ["docs/cookbook.md", ["docs/"]],
  ["docs/deploying.md", ["docs/"]],
  ["src/README.md", ["src/"]],
  ["src/emulator/README.md", ["src/emulator/", "src/"]],
  ["test/README.md", ["test/"]],
  ["scripts/examples/snakemake/README.md", ["scripts/examples/snakemake/"]],
  ["scripts/examples/nextflow/README.md", []],
  ["native-notes/linux.md", ["native-notes/", "src/", "src/fuse/", "src/linux/", "src/mount/"]],
  ["native-notes/fuse-native.md", ["native-notes/", "src/", "src/fuse/", "src/linux/"]],
  ["native-notes/semantics.md", ["native-notes/"]],
];

/** Files in code, such as `fs/errno.ts`, and targets of links. */
function filesIn(markdown: string): readonly string[] {
  const code = [...markdown.matchAll(/`([\w./-]+\.(?:ts|mts|mjs|md|json))`/g)];
  const links = [...markdown.matchAll(/\]\((?!https?:|#)([^)#]+)/g)];
  return [...code, ...links].map(([, path = ""]) => path);
}

it.each(PAGES)("%s names files that exist", (page, bases) => {
  const files = filesIn(readFileSync(ROOT + page, "utf8"));
  const exists = (file: string): boolean =>
    NAMES.has(file) || ["", ...bases].some((base) => existsSync(ROOT + base + file));
  const missing = files.filter((file) => !exists(file));
  expect(missing).toEqual([]);
});

it("a file that does not exist is seen", () => {
  expect(
    filesIn("`fs/gone.ts`, [a page](docs/gone.md#part) and [a site](https://a.test/b.md)"),
  ).toEqual(["fs/gone.ts", "docs/gone.md"]);
});
