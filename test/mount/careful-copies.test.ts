import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";
import { type CommandOutcome, runShell } from "../helpers/run-command.ts";

const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/* A copy loses nothing of what is there, and says what it did not copy. */

let product: Product;
let results = 0;

beforeAll(async () => {
  product = await startProduct({ mountArgs: null });
});

afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
});

const environment = (): Record<string, string> => ({
  HOME: product.dir.path,
  XDG_STATE_HOME: product.dir.join("state"),
  BASESPACE_API_SERVER: product.emulator.apiServer,
  BASESPACE_ACCESS_TOKEN: product.emulator.accessToken,
  BSMOUNT: CLI,
});

const inDir = async (script: string): Promise<CommandOutcome> =>
  await runShell(script, product.dir.path, { env: environment() });

const at = (path: string): string => product.dir.join(path);

/** The `files` of a new app result. */
async function newFiles(): Promise<string> {
  const name = `Careful ${(results += 1)}`;
  await product.newResult(name);
  return `bs:/projects/Phage lambda/appresults/${name}/files`;
}

const cp = async (...args: string[]): Promise<CommandOutcome> =>
  await product.bsmount(["cp", ...args]);

const ls = async (path: string): Promise<string[]> =>
  (await product.bsmount(["ls", path])).stdout.split("\n").filter((line) => line !== "");

const textOf = async (path: string): Promise<string> =>
  (await product.bsmount(["cat", path])).stdout;

describe("bsmount cp into BaseSpace", () => {
  it("[N9] refuses a local name with ／, which would be another path", async () => {
    const files = await newFiles();
    await inDir("mkdir -p n/x n/q／r && echo precious > n/x/y && echo imposter > n/x／y");
    await inDir("echo 1 > n/q／r/f");
    const { code, stderr } = await cp("-r", `${at("n")}/.`, files);
    expect(code).toBe(1);
    expect(stderr).toMatch(/"x／y" cannot be made: ／ stands for \//);
    expect(stderr).toMatch(/"q／r" cannot be made/);
    expect(stderr).toMatch(/copied 1 file, 2 could not be copied/);
    expect(await ls(files)).toEqual(["x/"]);
    expect(await textOf(`${files}/x/y`)).toBe("precious\n");
  });
});

it("bsmount mkdir makes no project whose name BaseSpace would change", async () => {
  const { code, stderr } = await product.bsmount(["mkdir", "bs:/projects/ spaced "]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/" spaced " cannot be made: .*space\n {2}try: leave the spaces/);
  expect((await ls("bs:/projects")).join()).not.toContain("spaced");
});

describe("bsmount cp whose reader is gone", () => {
  it("copies everything all the same, and its exit code is that of the copy", async () => {
    const files = await newFiles();
    await inDir("mkdir many && for i in {1..60}; do echo $i > many/$i; done");
    const script = `node "$BSMOUNT" cp -r many '${files}' | head -1; echo "\${PIPESTATUS[*]}"`;
    expect((await inDir(script)).stdout).toMatch(/\n0 0\n$/);
    expect(await ls(`${files}/many`)).toHaveLength(60);
    const wrong = `{ node "$BSMOUNT" cp many '${files}' 2>&1; echo $? > code; } | true; cat code`;
    expect((await inDir(wrong)).stdout).toBe("2\n");
  });
});
