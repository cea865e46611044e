import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";
import { runCommand, runShell } from "../helpers/run-command.ts";
import { nodesOf, sourceModules } from "../helpers/source-code.ts";

/*
 * What a command prints is its result, or tells of one. Where it cannot be written the command has failed, by
 * whatever it was written to, and says so.
 */

const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const REFERENCE = "bs:/projects/Phage lambda/appresults/Reference";
const FASTA = `${REFERENCE}/files/lambda.fa`;

let product: Product;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  product = await startProduct({ mountArgs: null });
  const { dir, emulator } = product;
  env = {
    ...process.env,
    HOME: dir.path,
    XDG_RUNTIME_DIR: dir.join("run"),
    XDG_STATE_HOME: dir.join("state"),
    XDG_CACHE_HOME: dir.join("cache"),
    BASESPACE_API_SERVER: emulator.apiServer,
    BASESPACE_ACCESS_TOKEN: emulator.accessToken,
  };
  await mkdir(dir.join("point"));
  await writeFile(dir.join("note.txt"), "written\n");
});

afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
});

interface Ending {
  readonly code: number | null;
  readonly stderr: string;
}

/** Runs `bsmount …` with a full disk, or with a pipe that nobody reads, for its output. */
async function withoutOutput(args: readonly string[], how: "full" | "closed"): Promise<Ending> {
  if (how === "full") {
    return await runShell('exec node "$@" > /dev/full', "/", { env, args: [CLI, ...args] });
  }
  const child = spawn(process.execPath, [CLI, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  // The pipe has no reader long before the command has begun.
  child.stdout.destroy();
  const [stderr, [code]] = await Promise.all([text(child.stderr), ended(child)]);
  return { code, stderr };
}

async function ended(child: ChildProcess): Promise<[number | null]> {
  return (await once(child, "exit", { signal: AbortSignal.timeout(60_000) })) as [number | null];
}

const WHY = { full: /: no space left on device$/m, closed: /its reader has gone: write EPIPE/ };

/** They only show something. */
const SHOWING: readonly (readonly string[])[] = [
  ["--help"],
  ["--version"],
  ["status", "--json"],
  ["profiles"],
  ["whoami", "--json"],
  ["ls", "-l", "bs:/projects"],
  ["ls", "--json", "bs:/projects"],
  ["tree", REFERENCE],
  ["cat", FASTA],
  ["demo", "--once"],
  ["emulator"],
];

describe.each(["full", "closed"] as const)("standard output that is %s", (how) => {
  it.concurrent.each(SHOWING.map((args) => ({ args })))(
    "ends $args with 1 and the reason",
    async ({ args }) => {
      const { code, stderr } = await withoutOutput(args, how);
      expect(stderr).toMatch(/^bsmount: cannot write to standard output: /);
      expect(stderr).toMatch(WHY[how]);
      expect(stderr.match(/cannot write/g)).toHaveLength(1);
      expect(code).toBe(1);
    },
  );

  it("lets a command that does something come to its end, which it says, and fails it", async () => {
    const result = `bs:/projects/Silent/appresults/${how}`;
    const out = product.dir.join(`out-${how}`);
    const point = product.dir.join("point");
    for (const args of [
      ["mkdir", "-p", result],
      ["cp", product.dir.join("note.txt"), `${result}/files/`],
      ["cp", "-r", "--checksum", `${REFERENCE}/files`, out],
      ["complete", result],
      ["mount", point],
    ]) {
      const { code, stderr } = await withoutOutput(args, how);
      expect(stderr).toMatch(/^bsmount: cannot write to standard output: /);
      expect(stderr).toMatch(WHY[how]);
      expect(stderr).toMatch(/warning: the command came to its end all the same\n$/);
      expect(code, args[0]).toBe(1);
    }
    expect(await readdir(out)).toEqual(["lambda.fa", "lambda.fa.fai"]);
    expect((await product.bsmount(["cat", `${result}/files/note.txt`])).stdout).toBe("written\n");
    expect((await product.bsmount(["cat", `${result}/.json`])).stdout).toMatch(/"Complete"/);
    expect(await product.bsmount(["unmount", point])).toMatchObject({ code: 0, stderr: "" });
  });
});

describe("standard output", () => {
  it("that takes a part of it only, as a disk that is almost full does, is a failure", async () => {
    const file = product.dir.join("short");
    for (const args of [["--help"], ["cat", FASTA]]) {
      const script = `ulimit -f 1; exec node "$@" > '${file}'`;
      const { code, stderr } = await runShell(script, "/", { env, args: [CLI, ...args] });
      expect((await stat(file)).size).toBe(1024);
      expect(stderr).toMatch(/^bsmount: cannot write to standard output: file too large$/m);
      expect(stderr).toMatch(/\n {2}try: free space there/);
      expect(code).toBe(1);
    }
  });

  it("of a reader who is slow comes to him whole", async () => {
    const script = 'node "$@" | { sleep 1; md5sum; }; node "$@" | md5sum; node "$@" | cat | md5sum';
    const { stdout } = await runShell(script, "/", { env, args: [CLI, "cat", FASTA] });
    expect(new Set(stdout.trim().split("\n")).size).toBe(1);
    const copy = product.dir.join("whole.fa");
    await runShell(`node "$@" > '${copy}'`, "/", { env, args: [CLI, "cat", FASTA] });
    expect((await runCommand("md5sum", [copy])).stdout.slice(0, 32)).toBe(stdout.slice(0, 32));
    expect(await readFile(copy, "latin1")).toMatch(/^>NC_001416/);
  });

  it("is written to by one module alone", () => {
    const users = sourceModules(/stdout|console/).filter(
      ({ tree }) =>
        nodesOf(tree).some(
          (node) =>
            ts.isPropertyAccessExpression(node) && /^process\.stdout$/.test(node.getText(tree)),
        ) || /\bconsole\.(log|info)\(|\{ stdout \} = process/.test(tree.text),
    );
    expect(users.map(({ path }) => path)).toEqual(["cli/standard-output.ts"]);
  });
});
