import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const DIST = fileURLToPath(new URL("../../dist/", import.meta.url));

it("no built module imports a source: TypeScript leaves some dynamic imports as they are", () => {
  const modules = readdirSync(DIST, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".js"),
  );
  const imports = /\b(?:import\(|from |import )"\.[^"]*\.ts"/;
  const wrong = modules.filter((path) => imports.test(readFileSync(DIST + path, "utf8")));
  expect(modules.length).toBeGreaterThan(500);
  expect(wrong).toEqual([]);
});
