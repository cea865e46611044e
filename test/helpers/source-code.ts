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

/** Every module below `src`. */
export function sourceModules(): readonly SourceModule[] {
  const paths = readdirSync(SRC, { recursive: true, encoding: "utf8" });
  return paths
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"))
    .map((path) => ({
      path,
      tree: ts.createSourceFile(
        path,
        readFileSync(`${SRC}/${path}`, "utf8"),
        ts.ScriptTarget.ES2023,
      ),
    }));
}

/** Every node of a module, the outer ones first. */
export function* nodesOf(node: ts.Node): Generator<ts.Node, void> {
  yield node;
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => void children.push(child));
  for (const child of children) yield* nodesOf(child);
}
