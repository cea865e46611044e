import { execFileSync } from "node:child_process";
import { lstat, mkdir, readdir, readFile, readlink, symlink, writeFile } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runCli } from "../helpers/run-cli.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

const FILES = "bs:/projects/P/samples/2000/files";
const FILE = `${FILES}/x.fa`;
/** Generated here and not downloaded. */
const GENERATED = "bs:/projects/P/.name";

let emulator: TestEmulator;
let dir: TempDir;

beforeAll(async () => {
  const files = [{ path: "x.fa", content: "new" }];
  emulator = await startTestEmulator({
    projects: [{ name: "P", samples: [{ id: "2000", name: "s", files }] }],
  });
});
afterAll(async () => await emulator?.close());
beforeEach(async () => {
  dir = await tempDir();
  await mkdir(dir.join("real"));
  await writeFile(dir.join("real/big.fa"), "old");
});
afterEach(async () => await dir[Symbol.asyncDispose]());

async function cp(...args: string[]): Promise<{ exitCode: number | undefined; output: string }> {
  return await runCli(["cp", ...args], emulator, dir);
}

describe("bsmount cp to a link that the user names", () => {
  it.each([
    ["a file", FILE, "new"],
    ["a generated file", GENERATED, "P\n"],
  ])("writes the file that the link leads to: %s", async (_what, source, content) => {
    await symlink("real/big.fa", dir.join("one"));
    await symlink("one", dir.join("link.fa"));
    expect(await cp(source, dir.join("link.fa"))).toMatchObject({ exitCode: 0 });
    expect(await readlink(dir.join("link.fa"))).toBe("one");
    expect(await readFile(dir.join("real/big.fa"), "utf8")).toBe(content);
    expect(await readdir(dir.join("real"))).toEqual(["big.fa"]);
  });

  it.each([
    ["a link to nothing", "nowhere", /cannot write through .*dangling link to nowhere/],
    ["a link to itself", "link.fa", /cannot write through .*cannot be followed, to link\.fa/],
    [
      "a link to a pipe",
      "pipe",
      /is in the way: it is a link to pipe, which is not a regular file/,
    ],
    ["a link to a device", "/dev/null", /in the way: [^]*bsmount cat writes to standard output/],
    // What /dev/stdout is.
    ["a link to a descriptor", "/proc/self/fd/1", /in the way: [^]*bsmount cat writes to standard/],
  ])("refuses %s, and leaves it", async (_what, text, says) => {
    execFileSync("mkfifo", [dir.join("pipe")]);
    await symlink(text, dir.join("link.fa"));
    for (const source of [FILE, GENERATED]) {
      const { exitCode, output } = await cp(source, dir.join("link.fa"));
      expect([exitCode, output]).toEqual([2, expect.stringMatching(says)]);
      expect(output).toMatch(/\n {2}try: /);
    }
    expect(await readlink(dir.join("link.fa"))).toBe(text);
    expect((await readdir(dir.path)).toSorted()).toEqual(["link.fa", "pipe", "real"]);
  });

  it("does not replace a pipe with a generated file", async () => {
    execFileSync("mkfifo", [dir.join("pipe"), dir.join("real/.name")]);
    expect((await cp(GENERATED, dir.join("pipe"))).exitCode).toBe(2);
    expect((await cp(GENERATED, dir.join("real"))).exitCode).toBe(2);
    for (const name of ["pipe", "real/.name"]) {
      expect((await lstat(dir.join(name))).isFIFO()).toBe(true);
    }
  });

  it("takes a link to a folder for the folder", async () => {
    await symlink("real", dir.join("folder"));
    expect(await cp(FILE, dir.join("folder"))).toMatchObject({ exitCode: 0 });
    expect(await cp(GENERATED, `${dir.join("folder")}/`)).toMatchObject({ exitCode: 0 });
    expect(await readlink(dir.join("folder"))).toBe("real");
    expect((await readdir(dir.join("real"))).toSorted()).toEqual([".name", "big.fa", "x.fa"]);
  });

  it("follows none that a name of BaseSpace meets in a folder", async () => {
    await symlink("big.fa", dir.join("real/x.fa"));
    expect(await cp("-rT", FILES, dir.join("real"))).toMatchObject({ exitCode: 0 });
    expect(await readFile(dir.join("real/big.fa"), "utf8")).toBe("old");
    expect((await lstat(dir.join("real/x.fa"))).isFile()).toBe(true);
  });
});
