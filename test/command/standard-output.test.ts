import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";
import { runCommand, runShell } from "../helpers/run-command.ts";
import { nodesOf, sourceModules } from "../helpers/source-code.ts";
import {
  DEAD_ENDS,
  expectDoneAllTheSame,
  expectFailedOutput,
  withoutOutput,
} from "../helpers/without-output.ts";

/*
 * The output of a command is its result, or describes it. When it cannot be written, to whatever file or pipe, the
 * command has failed, and reports that; one that only prints ends without a word when its reader has ended.
 */

const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const REFERENCE = "bs:/projects/Phage lambda/appresults/Reference";
const FASTA = `${REFERENCE}/files/lambda.fa`;

let product: Product;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  product = await startProduct({ mountArgs: null });
  env = { ...process.env, ...product.environment };
  await writeFile(product.dir.join("note.txt"), "written\n");
});

afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
});

/** They only show something. */
const SHOWING: readonly (readonly string[])[] = [
  ["--help"],
  ["--version"],
  ["status", "--json"],
  ["profiles"],
  ["uploads", "list"],
  ["whoami", "--json"],
  ["ls", "-l", "bs:/projects"],
  ["ls", "--json", "bs:/projects"],
  ["tree", REFERENCE],
  ["cat", FASTA],
  ["emulator"],
];

describe.each(DEAD_ENDS)("standard output that is %s", (how) => {
  it.concurrent.each(SHOWING.map((args) => ({ args })))(
    "ends $args as a failure",
    async ({ args }) => {
      expectFailedOutput(await withoutOutput(args, how, env), how);
    },
  );

  it("lets a command that does something come to its end, which it says, and fails it", async () => {
    const result = `bs:/projects/Silent/appresults/${how}`;
    const out = product.dir.join(`out-${how}`);
    for (const args of [
      ["mkdir", "-p", result],
      ["cp", product.dir.join("note.txt"), `${result}/files/`],
      ["cp", "-r", "--checksum", `${REFERENCE}/files`, out],
      ["complete", result],
    ]) {
      expectDoneAllTheSame(await withoutOutput(args, how, env), how);
    }
    expect(await readdir(out)).toEqual(["lambda.fa", "lambda.fa.fai"]);
    expect((await product.bsmount(["cat", `${result}/files/note.txt`])).stdout).toBe("written\n");
    expect((await product.bsmount(["cat", `${result}/.json`])).stdout).toMatch(/"Complete"/);
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

  it("reaches a slow reader completely", async () => {
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
