import { lstat, mkdir, readdir, readFile, readlink, symlink } from "node:fs/promises";
import { posix } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { keepsLink } from "../../src/cli/copy/copied-links.ts";
import { runCli } from "../helpers/run-cli.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

const READS = { path: "Data/reads.fastq.gz", content: "reads" };

let emulator: TestEmulator;
let dir: TempDir;

beforeAll(async () => {
  const samples = ["one", "two"].map((name, at) => ({ id: `200${at}`, name, files: [READS] }));
  emulator = await startTestEmulator({ projects: [{ name: "P", samples }] });
});
afterAll(async () => await emulator?.close());
beforeEach(async () => {
  dir = await tempDir();
});
afterEach(async () => await dir[Symbol.asyncDispose]());

async function copy(...args: string[]): Promise<{ exitCode: number | undefined; output: string }> {
  return await runCli(["cp", "-r", ...args], emulator, dir);
}

/** Lists every file below a folder with its content, and every link with its target; a broken link fails. */
async function describeFolder(folder: string, below = ""): Promise<string[]> {
  const lines: string[] = [];
  for (const name of (await readdir(dir.join(folder, below))).toSorted()) {
    const path = posix.join(below, name);
    const full = dir.join(folder, path);
    const info = await lstat(full);
    if (info.isFile()) lines.push(`${path}: ${await readFile(full, "utf8")}`);
    if (info.isDirectory()) lines.push(...(await describeFolder(folder, path)));
    if (!info.isSymbolicLink()) continue;
    await readdir(full);
    lines.push(`${path} -> ${await readlink(full)}`);
  }
  return lines;
}

const FOLLOWED = ["one/files/Data/reads.fastq.gz: reads", "two/files/Data/reads.fastq.gz: reads"];

describe("bsmount cp -r of links", () => {
  it("copies their targets when those are not copied themselves", async () => {
    const from = "bs:/projects/P/samples-by-name";
    expect(await copy(from, dir.join("new"))).toMatchObject({ exitCode: 0 });
    expect(await describeFolder("new")).toEqual(FOLLOWED);
    expect((await copy("-T", from, dir.join("new"))).output).toMatch(
      /^copied 0 files, 2 unchanged/m,
    );
  });

  it("keeps those that lead to something in the copy", async () => {
    expect(await copy("bs:/projects/P", dir.join("whole"))).toMatchObject({ exitCode: 0 });
    expect(await describeFolder("whole")).toEqual([
      "samples/2000/files/Data/reads.fastq.gz: reads",
      "samples/2001/files/Data/reads.fastq.gz: reads",
      "samples-by-name/one -> ../samples/2000",
      "samples-by-name/two -> ../samples/2001",
    ]);
  });

  it("keeps those that lead to another source, where its copy has the same relative path", async () => {
    const [byName, samples] = ["samples-by-name", "samples"].map(
      (name) => `bs:/projects/P/${name}`,
    );
    const { exitCode } = await copy(`${byName}`, `${samples}`, dir.path);
    expect(exitCode).toBe(0);
    expect(await readlink(dir.join("samples-by-name/one"))).toBe("../samples/2000");
    await mkdir(dir.join("part"));
    const part = await copy(`${byName}`, `${samples}/2000`, dir.join("part"));
    expect(part.exitCode).toBe(0);
    expect(await describeFolder("part/samples-by-name")).toEqual(FOLLOWED);
  });

  it("reports what is in the way of a folder, such as a broken link", async () => {
    await symlink("../samples/2000", dir.join("one"));
    const { exitCode, output } = await copy("bs:/projects/P/samples-by-name/.", dir.path);
    expect(exitCode).toBe(1);
    expect(output).toMatch(/\/one is in the way: it is a link or a file[^]*try: remove it/);
    expect(await readFile(dir.join("two/files/Data/reads.fastq.gz"), "utf8")).toBe("reads");
  });
});

describe("a link", () => {
  const link = { path: "bs:/a/b/link", text: "../c/d" };
  it.each([
    [
      "stays where its target is copied beside it",
      "out/b/link",
      { path: "bs:/a", copy: "out" },
      true,
    ],
    ["stays where it is copied by itself", "out/b/link", { path: "bs:/a/c", copy: "out/c" }, true],
    [
      "is followed where the target has another name",
      "out/b/link",
      { path: "bs:/a/c", copy: "out/x" },
      false,
    ],
    [
      "is followed where only its own folder is copied",
      "out/link",
      { path: "bs:/a/b", copy: "out" },
      false,
    ],
    [
      "is followed where another name only begins like its target's",
      "out/b/link",
      { path: "bs:/a/c/dd", copy: "out/c/dd" },
      false,
    ],
  ])("%s", (_title, copy, root, stays) => {
    expect(keepsLink({ ...link, copy }, [root])).toBe(stays);
  });
});
