import { chmod, copyFile, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runShell } from "../helpers/run-command.ts";
import { tempDir } from "../helpers/temp-dir.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

async function readme(): Promise<string> {
  return await readFile(`${ROOT}README.md`, "utf8");
}

test("the README's line that packs a fresh clone packs the build", async () => {
  const line = /^npm ci && (npm .*npm pack)\b/m.exec(await readme())?.[1] ?? "";
  await using clone = await tempDir();
  // The same settings of npm and of the compiler, with little to compile.
  for (const file of ["package.json", ".npmrc", "tsconfig.json", "tsconfig.build.json"]) {
    await copyFile(`${ROOT}${file}`, clone.join(file));
  }
  await mkdir(clone.join("src"));
  await writeFile(clone.join("src/index.ts"), "export const built: boolean = true;\n");
  await symlink(`${ROOT}node_modules`, clone.join("node_modules"));
  await chmod(clone.path, 0o755);
  const { code, stderr } = await runShell(line, clone.path);
  expect([code, stderr.replace(/^npm (notice|warn).*\n/gm, "")]).toEqual([0, ""]);
  const packed = await runShell("tar tzf bsmount-*.tgz", clone.path);
  expect(packed.stdout.split("\n")).toContain("package/dist/index.js");
});

test("the README and docs/deploying.md install the package without the install scripts of its dependencies", async () => {
  const deploying = await readFile(`${ROOT}docs/deploying.md`, "utf8");
  const text = (await readme()) + deploying;
  const lines = [...text.matchAll(/npm install .*bsmount[\w.-]*\.tgz/g)].map(([line]) => line);
  expect(lines.length).toBeGreaterThan(3);
  for (const line of lines) expect(line).toContain(" --ignore-scripts ");
});
