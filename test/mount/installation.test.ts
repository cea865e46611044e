import { copyFile, mkdir, readFile, realpath } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CommandOutcome, runCommand, runShell } from "../helpers/run-command.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

/*
 * The package as its users get it: packed, with what it needs for production, none of whose install scripts has
 * run. Its lock file decides what is installed, so that npm asks nobody which versions there are.
 */

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const QUIET = ["--no-audit", "--no-fund", "--loglevel=error"];

let dir: TempDir;
let npmSaid = "";

beforeAll(async () => {
  dir = await tempDir();
  await mkdir(dir.join("empty"), { mode: 0o700 });
  await inFolder(ROOT, `npm pack ${QUIET.join(" ")} --pack-destination '${dir.path}'`);
  await inFolder(dir.path, "tar xzf bsmount-*.tgz");
  await copyFile(`${ROOT}package-lock.json`, dir.join("package/package-lock.json"));
  const install = ["ci", "--omit=dev", "--ignore-scripts", "--prefer-offline"];
  npmSaid = await inFolder(dir.join("package"), `npm ${[...install, ...QUIET].join(" ")}`);
  const prefix = `--prefix '${dir.path}'`;
  const link = `npm install -g --offline --ignore-scripts ${prefix} ${QUIET.join(" ")} ./package`;
  await inFolder(dir.path, link);
}, 120_000);

afterAll(async () => {
  await dir?.[Symbol.asyncDispose]();
});

async function inFolder(folder: string, command: string): Promise<string> {
  const { code, stdout, stderr } = await runShell(command, folder);
  if (code !== 0) throw new Error(`${command}: ${stdout}${stderr}`);
  return stdout + stderr;
}

async function bsmount(command: string): Promise<CommandOutcome> {
  const env = { PATH: `${dir.path}/bin:${process.env["PATH"]}`, TMPDIR: dir.path };
  return await runShell(command, dir.join("empty"), { env });
}

describe("an installation without any install script", () => {
  it("has nothing built here, and the command and its man page where they are found", async () => {
    expect(npmSaid).not.toMatch(/gyp|install-scripts/);
    const packages = "node_modules/{lmdb,msgpackr-extract,fuse-native}";
    const built = await runShell(`ls -d ${packages} && ls ${packages}/build`, dir.join("package"));
    expect(built.stdout.trim().split("\n")).toHaveLength(3);
    expect(await realpath(dir.join("bin/bsmount"))).toBe(dir.join("package/dist/cli/main.js"));
    const page = await readFile(dir.join("share/man/man1/bsmount.1"), "utf8");
    expect(page).toContain(".TH BSMOUNT 1");
  });

  it("runs an emulator that keeps its data, and a mount of it", async () => {
    const script = `
      exec 3< <(exec timeout 60 bsmount emulator --data data)
      emulator=$!
      trap 'kill $emulator; fusermount3 -uzq mounted' EXIT
      read -r ready <&3
      export BASESPACE_API_SERVER=$(node -p 'JSON.parse(process.argv[1]).apiServer' "$ready")
      export BASESPACE_ACCESS_TOKEN=$(node -p 'JSON.parse(process.argv[1]).accessToken' "$ready")
      mkdir mounted
      bsmount mount mounted > log
      head -c 9 'mounted/projects/Phage lambda/appresults/Reference/files/lambda.fa' && echo
      bsmount unmount mounted
      bsmount mkdir bs:/projects/kept
      trap - EXIT && kill $emulator && wait $emulator`;
    expect(await bsmount(script)).toMatchObject({
      code: 0,
      stderr: "",
      stdout: ">NC_00141\nbs:/projects/kept was made\n",
    });
    const found = await runCommand("grep", ["-rlc", "kept", dir.join("empty/data")]);
    expect(found.stdout).not.toBe("");
  });
});
