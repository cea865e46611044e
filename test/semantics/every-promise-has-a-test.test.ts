import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, it } from "vitest";

/*
 * The contract and its proof stay together: each mark of the page stands in the title of a test, and no
 * title claims a mark that the page does not have. Titles are read from the syntax tree, so that a mark in
 * a comment or in a name of test data counts for nothing.
 */

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const MARK = /\[([A-Z]\d{1,2})\]/g;
const TESTS: ReadonlySet<string> = new Set(["it", "test"]);

function marksIn(text: string): string[] {
  return [...text.matchAll(MARK)].map(([, mark]) => mark ?? "");
}

/** The marks that head a promise, each at the beginning of an item of a list. */
function promised(): string[] {
  const page = readFileSync(join(ROOT, "native-notes/semantics.md"), "utf8");
  return page.split("\n").flatMap((line) => marksIn(/^- (\[\w+\])/.exec(line)?.[1] ?? ""));
}

/** `it`, of `it(…)`, `it.runIf(…)(…)`, `it.each<…>([…])(…)`. */
function rootName(callee: ts.Expression): string | undefined {
  if (ts.isIdentifier(callee)) return callee.text;
  if (ts.isPropertyAccessExpression(callee) || ts.isCallExpression(callee)) {
    return rootName(callee.expression);
  }
  return undefined;
}

function titlesIn(file: string): string[] {
  const titles: string[] = [];
  const visit = (node: ts.Node): void => {
    const title = ts.isCallExpression(node) ? titleOf(node) : undefined;
    if (title !== undefined) titles.push(title);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest));
  return titles;
}

function titleOf({ expression, arguments: [title] }: ts.CallExpression): string | undefined {
  const isTest = TESTS.has(rootName(expression) ?? "");
  return isTest && title !== undefined && ts.isStringLiteralLike(title) ? title.text : undefined;
}

/** Every mark in a title, with the files that carry it. */
function proven(): Map<string, string[]> {
  const files = readdirSync(join(ROOT, "test"), { recursive: true, encoding: "utf8" });
  const marks = new Map<string, string[]>();
  for (const file of files.filter((name) => name.endsWith(".ts"))) {
    for (const mark of titlesIn(join(ROOT, "test", file)).flatMap(marksIn)) {
      marks.set(mark, [...(marks.get(mark) ?? []), file]);
    }
  }
  return marks;
}

it("names every promise of the contract in the title of a test, and no other", () => {
  const page = promised();
  const tests = proven();
  expect(page.length).toBeGreaterThan(30);
  expect(new Set(page).size, "each mark heads one promise").toBe(page.length);
  expect(page.filter((mark) => !tests.has(mark)).map((mark) => `${mark} has no test`)).toEqual([]);
  const unknown = [...tests].filter(([mark]) => !page.includes(mark));
  expect(unknown.map(([mark, files]) => `${mark} is not on the page: ${files.join(", ")}`)).toEqual(
    [],
  );
});
