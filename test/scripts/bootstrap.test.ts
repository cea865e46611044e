import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { type ScriptRepository, scriptRepository } from "../helpers/script-repository.ts";

const AS_ROOT = "process.getuid = () => 0";
const AS_USER = "process.getuid = () => 1000";
const TOOLS = ["fusermount3", "samtools", "bcftools"];

/** apt knows a package after `apt-get update`; `apt-get install` puts a command into bin/. */
const APT_GET = `
case "$*" in
  *update*) : > "\${0%/*}/../updated" ;;
  *install*)
    for tool in ${TOOLS.join(" ")}; do
      printf '#!/bin/sh\\n' > "\${0%/*}/$tool"
      /bin/chmod +x "\${0%/*}/$tool"
    done ;;
esac`;
const APT_CACHE = `
if [ -e "\${0%/*}/../updated" ]; then echo "  Candidate: 1.0"; else echo "  Candidate: (none)"; fi`;
/** npm ci makes node_modules, npm run build makes dist. */
const NPM = `
case "$*" in
  *ci) /bin/mkdir -p node_modules && : > node_modules/.package-lock.json ;;
  *build) /bin/mkdir -p dist ;;
esac`;

async function freshClone(): Promise<ScriptRepository> {
  const clone = await scriptRepository("scripts/bootstrap.mjs", "scripts/bootstrap");
  for (const file of ["package-lock.json", "tsconfig.json", "tsconfig.build.json"]) {
    await clone.write(file, "{}");
  }
  await clone.write("src/index.ts", "export {};");
  await clone.command("npm", NPM);
  await clone.command("apt-get", APT_GET);
  await clone.command("apt-cache", APT_CACHE);
  return clone;
}

function bootstrap(
  clone: ScriptRepository,
  prelude: string,
  env: Record<string, string> = {},
): ReturnType<ScriptRepository["run"]> {
  const before = `data:text/javascript,${encodeURIComponent(prelude)}`;
  return clone.run(process.execPath, ["--import", before, "scripts/bootstrap.mjs", "demo"], env);
}

async function callsOf(clone: ScriptRepository, name: string): Promise<readonly string[]> {
  return (await clone.calls()).filter((call) => call.startsWith(`${name} `));
}

test("BSMOUNT_NO_APT=1 prints the line to run, runs nothing and fails", async () => {
  await using clone = await freshClone();
  await clone.write("updated", "");
  const { code, stderr } = await bootstrap(clone, AS_ROOT, { BSMOUNT_NO_APT: "1" });
  expect(code).toBe(1);
  const last = stderr.trimEnd().split("\n").at(-1);
  expect(last).toMatch(/^apt-get install -y --no-install-recommends fuse3 samtools bcftools$/);
  expect(await callsOf(clone, "apt-get")).toEqual([]);
  expect(await callsOf(clone, "npm")).toEqual([]);
});

test("without root it prints the line with sudo, an update before it where apt knows nothing", async () => {
  await using clone = await freshClone();
  const { code, stderr } = await bootstrap(clone, AS_USER);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^sudo apt-get update && sudo apt-get install -y .*samtools bcftools$/m);
  expect(await callsOf(clone, "apt-get")).toEqual([]);
});

test("as root it shows each apt command and runs it, an update first where apt knows nothing", async () => {
  await using clone = await freshClone();
  const { code, stderr } = await bootstrap(clone, AS_ROOT);
  const ran = await callsOf(clone, "apt-get");
  expect(ran).toHaveLength(2);
  expect(ran[0]).toMatch(/update$/);
  expect(ran[1]).toMatch(/install -y --no-install-recommends fuse3 samtools bcftools$/);
  for (const call of ran) expect(stderr).toContain(`$ DEBIAN_FRONTEND=noninteractive ${call}`);
  expect(code).toBe(0);
});

test.each([
  ["without root", AS_USER, ""],
  ["as root, and apt fails", AS_ROOT, "exit 100"],
])("the demo continues without samtools and bcftools: %s", async (_when, prelude, apt) => {
  await using clone = await freshClone();
  await clone.write("updated", "");
  await clone.command("fusermount3");
  if (apt !== "") await clone.command("apt-get", apt);
  const { code, stderr } = await bootstrap(clone, prelude);
  expect(stderr).toMatch(/samtools,? bcftools/);
  expect(stderr).toContain("Without it some steps are left out.");
  expect(code).toBe(0);
  expect(await callsOf(clone, "npm")).toHaveLength(2);
});

test("npm test first prints how long it takes, what is quicker, and what it installs", async () => {
  const { scripts } = JSON.parse(
    await readFile(new URL("../../package.json", import.meta.url), "utf8"),
  ) as { scripts: Record<string, string> };
  const [before = ""] = (scripts["test"] ?? "").split(" && ");
  await using clone = await scriptRepository("scripts");
  const { code, stderr } = await clone.run(process.execPath, before.split(" ").slice(1));
  expect(code).toBe(0);
  expect(stderr).toMatch(/take about \d+ minutes/);
  expect(stderr).toContain("npx vitest run --project core ");
  expect(stderr).toMatch(/installed now by apt .*\n {2}fuse3, .*chromium \(a browser, /);
  expect(await clone.calls()).toEqual([]);
});

test("an apt that fails is shown with its own words", async () => {
  await using clone = await freshClone();
  await clone.write("updated", "");
  await clone.command("apt-get", "echo 'E: no space left'; exit 100");
  const { code, stderr } = await bootstrap(clone, AS_ROOT);
  expect(code).toBe(1);
  expect(stderr).toContain("E: no space left");
});

test("a system without apt-get gets a list of what is missing", async () => {
  await using clone = await scriptRepository("scripts/bootstrap.mjs", "scripts/bootstrap");
  const { code, stderr } = await bootstrap(clone, AS_USER);
  expect(code).toBe(1);
  expect(stderr).toMatch(/bsmount needs fusermount3, .*samtools, bcftools/);
});

async function cloneWithTools(): Promise<ScriptRepository> {
  const clone = await freshClone();
  for (const tool of TOOLS) await clone.command(tool);
  // Stands for libfuse.so.2 on machines that have none.
  await clone.command("ldconfig", "echo '\tlibfuse.so.2 (libc6) => /lib/libfuse.so.2'");
  return clone;
}

test("npm packages and dist are built once, and again only when their sources change", async () => {
  await using clone = await cloneWithTools();
  const npmCalls = async (): Promise<string[]> => {
    const before = (await callsOf(clone, "npm")).length;
    const { code, stderr } = await bootstrap(clone, AS_USER);
    expect(stderr).not.toContain("Error");
    expect(code).toBe(0);
    const calls = (await callsOf(clone, "npm")).slice(before);
    return calls.map((call) => call.replace(/^npm --prefix \S+ /, ""));
  };
  expect(await npmCalls()).toEqual(["ci", "run build"]);
  expect(await npmCalls()).toEqual([]);
  await clone.write("src/index.ts", "export const changed = true;");
  expect(await npmCalls()).toEqual(["run build"]);
  await clone.write("package-lock.json", '{"changed": true}');
  expect(await npmCalls()).toEqual(["ci", "run build"]);
});

test("the output of npm is shown when it fails, and the next run builds dist again", async () => {
  await using clone = await cloneWithTools();
  await clone.command("npm", `case "$*" in *build) echo 'TS1005: oops'; exit 2 ;; esac\n${NPM}`);
  const { code, stderr } = await bootstrap(clone, AS_USER);
  expect(code).toBe(1);
  expect(stderr).toContain("TS1005: oops");
  await clone.command("npm", NPM);
  expect((await bootstrap(clone, AS_USER)).code).toBe(0);
});

test("an old Node gets one clear line", async () => {
  await using clone = await freshClone();
  const old = 'Object.defineProperty(process, "versions", { value: { node: "18.20.4" } })';
  const { code, stderr } = await bootstrap(clone, old);
  expect(code).toBe(1);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  expect(stderr).toContain("bsmount needs Node 20.19 or newer");
});
