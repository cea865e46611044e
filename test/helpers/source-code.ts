import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const SRC = fileURLToPath(new URL("../../src", import.meta.url));

/** One module of the product, parsed. */
export interface SourceModule {
  /** Below `src`. */
  readonly path: string;
  readonly tree: ts.SourceFile;
}

/** The modules below `src` whose text contains `mentions`; parsing all modules would take seconds. */
export function sourceModules(mentions: RegExp): readonly SourceModule[] {
  const paths = readdirSync(SRC, { recursive: true, encoding: "utf8" });
  return paths
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"))
    .map((path) => ({ path, text: readFileSync(`${SRC}/${path}`, "utf8") }))
    .filter(({ text }) => mentions.test(text))
    .map(({ path, text }) => ({
      path,
      tree: ts.createSourceFile(path, text, ts.ScriptTarget.ES2023),
    }));
}

/** Every node of a module. */
export function nodesOf(tree: ts.Node): readonly ts.Node[] {
  const nodes = [tree];
  for (const node of nodes) ts.forEachChild(node, (child) => void nodes.push(child));
  return nodes;
}
