import { mkdir, readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { StagingFolder } from "../../src/write/staging-folder.ts";
import { type CliOutcome, runCli } from "../helpers/run-cli.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";
import { OWNER } from "../helpers/upload-world.ts";

/* Copies of files that ended mounts have left. */

const resultPath = "/projects/p/appresults/r";
const PATH = `${resultPath}/files/f`;

let dir: TempDir;
let target: string;

beforeEach(async () => {
  dir = await tempDir();
  target = dir.join("target");
  await mkdir(target);
});

afterEach(async () => await dir[Symbol.asyncDispose]());

/** A mount that has ended left a file; returns the name of its staging file. */
async function left(text: string): Promise<string> {
  const folder = await StagingFolder.create(dir.join("state/bsmount/staging"), OWNER);
  const { bytes } = await folder.createFile({ appResultId: "3", resultPath, path: "f" });
  await bytes.write(0, Buffer.from(text));
  await bytes.close();
  await folder[Symbol.asyncDispose]();
  return bytes.path;
}

const shared = (path: string): string => `f.${basename(dirname(path))}-${basename(path)}`;

const exported = async (...args: readonly string[]): Promise<CliOutcome> =>
  await runCli(["uploads", "export", ...args, target], { ...OWNER, accessToken: "t" }, dir);

it("[W24] copies of two files of one path do not replace each other, also with --force", async () => {
  const [one, two] = [await left("one"), await left("two")];
  for (const force of [[], ["--force"]]) {
    const { exitCode, output } = await exported(...force, PATH);
    expect([exitCode, output]).toEqual([0, expect.stringContaining(shared(one))]);
    expect((await readdir(target)).toSorted()).toEqual([shared(one), shared(two)].toSorted());
    expect(await readFile(join(target, shared(one)), "utf8")).toBe("one");
    expect(await readFile(join(target, shared(two)), "utf8")).toBe("two");
  }
});

it("[W24] a file that several paths name is copied once", async () => {
  const one = await left("one");
  expect(await exported(PATH, resultPath, one)).toMatchObject({ exitCode: 0 });
  expect(await readdir(target)).toEqual(["f"]);
});

it("[W24] a journal cannot make a copy leave the target", async () => {
  const folder = await StagingFolder.create(dir.join("state/bsmount/staging"), OWNER);
  const at = { appResultId: "3", resultPath: "/projects/../outside", path: "f" };
  const { bytes } = await folder.createFile(at);
  await bytes.write(0, Buffer.from("text"));
  await bytes.close();
  await folder[Symbol.asyncDispose]();
  const { exitCode } = await exported("/projects");
  expect(exitCode).toBe(0);
  expect(await readdir(dir.path)).not.toContain("outside");
  const [folderName, name] = bytes.path.split("/").slice(-2);
  expect(await readdir(target)).toEqual([`${folderName}-${name}`]);
});
