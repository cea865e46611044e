import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { BsmountError } from "../../src/core/errors.ts";
import { makeFolders } from "../../src/core/make-folders.ts";
import { nodesOf, sourceModules } from "../helpers/source-code.ts";
import { tempDir } from "../helpers/temp-dir.ts";

async function failureOf(path: string): Promise<BsmountError> {
  const error = await makeFolders(path).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(BsmountError);
  return error as BsmountError;
}

describe("makeFolders", () => {
  it.each(["/proc/nope", "/proc/nope/deeper/still", "/proc/self/fd/nope", ""])(
    "ends with an error for %j, where mkdir(2) says ENOENT for ever",
    async (path) => {
      const { reason, message, remedy } = await failureOf(path);
      expect(reason).toBe("environment");
      expect(message).toBe(`cannot make the folder ${path}`);
      expect(remedy).toMatch(/that you can write to/);
    },
  );

  it("creates every level with the mode, and leaves existing ones unchanged", async () => {
    await using dir = await tempDir();
    mkdirSync(dir.join("a"), { mode: 0o755 });
    symlinkSync("a", dir.join("link"));
    for (const path of ["a/b/c", "a/b/c", "a/b/../d/", "link/e/f"]) {
      await makeFolders(dir.join() + "/" + path, { mode: 0o700 });
    }
    const modeOf = (path: string): number => statSync(dir.join(path)).mode & 0o777;
    expect(modeOf("a")).toBe(0o755);
    for (const path of ["a/b", "a/b/c", "a/d", "a/e", "a/e/f"]) expect(modeOf(path)).toBe(0o700);
  });

  it("may be asked for the same folders by many at a time", async () => {
    await using dir = await tempDir();
    await Promise.all(Array.from({ length: 20 }, () => makeFolders(dir.join("x/y/z"))));
    expect(statSync(dir.join("x/y/z")).isDirectory()).toBe(true);
  });

  it("refuses a file, a link to nothing and a folder below either", async () => {
    await using dir = await tempDir();
    writeFileSync(dir.join("file"), "");
    chmodSync(dir.join("file"), 0o600);
    symlinkSync("nowhere", dir.join("dangling"));
    for (const path of ["file", "file/below", "dangling", "dangling/below/deeper"]) {
      const { message, cause } = await failureOf(dir.join(path));
      expect(message).toBe(`cannot make the folder ${dir.join(path)}`);
      expect((cause as NodeJS.ErrnoException).code).toMatch(/^(EEXIST|ENOTDIR)$/);
    }
  });
});

describe("the modules", () => {
  it("never call Node's recursive mkdir, which may not end", () => {
    const calls: string[] = [];
    for (const { path, tree } of sourceModules(/mkdir/)) {
      for (const node of nodesOf(tree)) {
        if (!ts.isCallExpression(node)) continue;
        const text = node.getText(tree);
        if (/^[\w.]*mkdir(Sync)?\(/.test(text) && text.includes("recursive")) calls.push(path);
      }
    }
    expect(calls).toEqual([]);
  });
});
