import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";
import { type CommandOutcome, runShell } from "../helpers/run-command.ts";

const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/* A copy loses nothing, and reports what it did not copy. */

let product: Product;
let results = 0;

beforeAll(async () => {
  product = await startProduct({ mountArgs: null });
});

afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
});

const environment = (): Record<string, string> => ({ ...product.environment, BSMOUNT: CLI });

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

  it("says of a file that is in the way of a folder that it is one", async () => {
    const files = await newFiles();
    await inDir("mkdir -p way/x && echo 1 > way/x/f && echo 2 > file-x");
    await cp(at("file-x"), `${files}/x`);
    for (const args of [
      ["-r", at("way/x"), files],
      ["-r", `${at("way/x")}/.`, `${files}/x`],
      [at("file-x"), `${files}/x/`],
      [at("file-x"), `${files}/x/y`],
    ]) {
      const { code, stderr } = await cp(...args);
      expect(code).toBe(1);
      expect(stderr).toMatch(/files\/x is a file, not a folder/);
    }
    expect(await ls(files)).toEqual(["x"]);
  });

  it("names a local name that is not UTF-8, and copies the others", async () => {
    const files = await newFiles();
    await inDir(String.raw`mkdir u && echo 1 > u/good && echo 2 > $'u/bad\xff'`);
    const { code, stderr } = await cp("-r", `${at("u")}/.`, files);
    expect(code).toBe(1);
    expect(stderr).toMatch(/u\/bad\ufffd is not copied: its name is not UTF-8/);
    expect(await ls(files)).toEqual(["good"]);
    const named = await inDir(String.raw`node "$BSMOUNT" cp $'u/bad\xff' '${files}'`);
    expect(named.code).toBe(1);
    expect(named.stderr).toMatch(/bad\ufffd is not copied: its name is not UTF-8/);
  });

  it("says that BaseSpace has no empty folders", async () => {
    const files = await newFiles();
    await inDir("mkdir -p e/empty && echo 1 > e/f");
    const says = /e\/empty is empty and is not copied: BaseSpace has no empty folders\n$/;
    const alone = await cp("-r", at("e/empty"), files);
    expect(alone).toEqual({ code: 0, stdout: "", stderr: expect.stringMatching(says) });
    const { code, stderr } = await cp("-r", at("e"), files);
    expect(code).toBe(0);
    expect(stderr).toMatch(says);
    expect(await ls(`${files}/e`)).toEqual(["f"]);
  });
});

it("bsmount mkdir makes no project whose name BaseSpace would change", async () => {
  const { code, stderr } = await product.bsmount(["mkdir", "bs:/projects/ spaced "]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/" spaced " cannot be made: .*space\n {2}try: leave out the spaces/);
  expect((await ls("bs:/projects")).join()).not.toContain("spaced");
});

describe("bsmount cp from pipes", () => {
  it("names those inside a folder, and copies the files beside them", async () => {
    const files = await newFiles();
    await inDir("mkdir p && mkfifo p/1 p/2 p/3 p/4 p/5 && echo 1 > p/file");
    const { code, stderr } = await cp("-r", at("p"), files);
    expect(code).toBe(1);
    expect(stderr).toMatch(/p\/3 is not copied: it is not a file but a pipe/);
    expect(stderr).toMatch(/copied 1 file, 5 could not be copied/);
    expect(await ls(`${files}/p`)).toEqual(["file"]);
  });

  it("without a writer does not delay the others, and can be interrupted", async () => {
    const files = await newFiles();
    await inDir("mkfifo w1 w2 w3 w4 w5 && echo 1 > beside");
    const names = ["w1", "w2", "w3", "w4", "w5", "beside"];
    const args = [CLI, "cp", ...names.map(at), files];
    const env = { ...process.env, ...environment() };
    const child = spawn(process.execPath, args, { env, stdio: "ignore" });
    const ended = once(child, "exit");
    const listed = async (): Promise<string[]> => await ls(files);
    try {
      await expect.poll(listed, { timeout: 60_000, interval: 500 }).toEqual(["beside"]);
      child.kill("SIGINT");
      expect(await ended).toEqual([130, null]);
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("copies everything that a command writes", async () => {
    const files = await newFiles();
    const command = `node "$BSMOUNT" cp <(seq 300000) '${files}/seq' && node "$BSMOUNT" cp <(true) '${files}/none'`;
    expect(await inDir(command)).toMatchObject({ code: 0, stderr: "" });
    const { stdout } = await inDir(`node "$BSMOUNT" cat '${files}/seq' | cmp - <(seq 300000)`);
    expect(stdout).toBe("");
    expect(await textOf(`${files}/none`)).toBe("");
  });
});

describe("bsmount cp whose reader has closed the pipe", () => {
  it("copies everything all the same, and fails only because it could not print", async () => {
    const files = await newFiles();
    await inDir("mkdir many && for i in {1..60}; do echo $i > many/$i; done");
    const script = `node "$BSMOUNT" cp -r many '${files}' | head -1; echo "\${PIPESTATUS[*]}"`;
    expect((await inDir(script)).stdout).toMatch(/\n1 0\n$/);
    expect(await ls(`${files}/many`)).toHaveLength(60);
    const wrong = `{ node "$BSMOUNT" cp many '${files}' 2>&1; echo $? > code; } | true; cat code`;
    expect((await inDir(wrong)).stdout).toBe("2\n");
  });
});

describe("bsmount cp of the contents of several folders", () => {
  it("overwrites no copy with another, in both directions: the first one stays", async () => {
    const files = await newFiles();
    await inDir("mkdir -p A/sub B/sub && for i in {1..12}; do echo a > A/$i; echo b > B/$i; done");
    await inDir("echo a > A/sub/x && echo b > B/sub/x && echo b > B/sub/only && mkdir out");
    await inDir("cp -r A want && cp B/sub/only want/sub");
    const up = await cp("-r", `${at("A")}/.`, `${at("B")}/.`, `${files}/both/`);
    expect(up.code).toBe(1);
    expect(up.stderr).toMatch(/B\/sub\/x is not copied: another source already has a file for bs:/);
    expect(up.stderr).toMatch(/copied 14 files, 13 could not be copied/);
    expect(await cp("-r", `${files}/both`, at("back"))).toMatchObject({ code: 0 });
    expect(await inDir("diff -r want back")).toMatchObject({ code: 0 });
    expect(await cp("-r", at("A"), at("B"), files)).toMatchObject({ code: 0 });
    const down = await cp("-r", `${files}/A/.`, `${files}/B/.`, at("out"));
    expect(down.code).toBe(1);
    expect(down.stderr).toMatch(/copied 14 files, 13 could not be copied/);
    expect(await inDir("diff -r want out")).toMatchObject({ code: 0 });
    await inDir("mkdir named");
    const named = await cp(`${files}/A/1`, `${files}/B/1`, at("named"));
    expect(named.stderr).toMatch(/B\/1 is not copied: .*A\/1 already has the name 1/);
    expect((await inDir("cat named/1")).stdout).toBe("a\n");
  });
});

describe("bsmount cp to this machine", () => {
  const REFERENCE = "bs:/projects/Phage lambda/appresults/Reference";

  it("takes no file for a folder, and none that is missing", async () => {
    await inDir("echo precious > isfile");
    for (const name of ["isfile/", "nofolder/", "nofolder/."]) {
      const { code, stderr } = await cp(`${REFERENCE}/files/lambda.fa`, `${at(".")}/${name}`);
      expect(code).toBe(2);
      expect(stderr).toMatch(/is not a folder\n {2}try: mkdir -p/);
    }
    expect((await inDir("cat isfile; ls -d nofolder")).stdout).toBe("precious\n");
    expect(await cp("-r", `${REFERENCE}/files`, `${at("newfolder")}/`)).toMatchObject({ code: 0 });
    expect((await inDir("ls newfolder")).stdout).toContain("lambda.fa\n");
  });

  it("puts a link in the place of a link only", async () => {
    const project = "bs:/projects/Phage lambda";
    const links = `${project}/samples-by-name`;
    const [first = "", second = ""] = (await ls(links)).map((name) => name.replace(/[@/]$/, ""));
    expect(second).not.toBe("");
    await inDir(
      `mkdir -p links/samples-by-name && cd links/samples-by-name && echo precious > '${first}' && ln -s nowhere '${second}'`,
    );
    const { code, stderr } = await cp("-r", links, `${project}/samples`, at("links"));
    expect(code).toBe(1);
    expect(stderr).toMatch(/cannot make the link .*: file already exists$/m);
    const { stdout } = await inDir(
      `cd links/samples-by-name && cat '${first}' && readlink '${second}'`,
    );
    expect(stdout).toMatch(/^precious\n\.\.\/samples\//);
  });

  it("goes through no link that is in the way of a folder", async () => {
    const files = await newFiles();
    await inDir(
      "mkdir -p deep/sub away through && echo 1 > deep/sub/f && ln -s ../away through/sub",
    );
    await cp("-r", `${at("deep")}/.`, files);
    const { code, stderr } = await cp("-rT", files, at("through"));
    expect(code).toBe(2);
    expect(stderr).toMatch(/through\/sub is in the way: it is a link or a file/);
    expect((await inDir("ls away")).stdout).toBe("");
  });

  it("keeps modification dates, also of generated files", async () => {
    expect(await cp(`${REFERENCE}/files/lambda.fa`, at("dated"))).toMatchObject({ code: 0 });
    expect(await cp(`${REFERENCE}/.json`, at("dated.json"))).toMatchObject({ code: 0 });
    const entity: unknown = JSON.parse((await inDir("cat dated.json")).stdout);
    const { stdout } = await inDir("stat -c %Y dated dated.json");
    const [file = 0, json = 0] = stdout.split("\n").map(Number);
    const shown = (await product.bsmount(["ls", "-l", `${REFERENCE}/files`])).stdout;
    const date = /(\d{4}-\d\d-\d\d).*lambda\.fa$/m.exec(shown)?.[1];
    expect(new Date(file * 1000).toISOString().slice(0, 10)).toBe(date);
    expect(new Date(file * 1000).getFullYear()).toBeLessThan(2026);
    const shownAs = new Date(json * 1000).toISOString().slice(0, 19);
    expect(entity).toMatchObject({ DateCreated: expect.stringContaining(shownAs) });
  });
});

describe("bsmount cp to this machine", () => {
  const REMOTE = "bs:/projects/Phage lambda/appresults/Reference/files/lambda.fa";

  it("takes the place of no pipe and no device", async () => {
    await inDir("mkfifo pipe");
    const { code, stderr } = await cp(REMOTE, at("pipe"));
    expect(code).not.toBe(0);
    expect(stderr).toMatch(
      /pipe is in the way: it is not a regular file[^]*try: give another name/,
    );
    expect((await inDir("test -p pipe && ls -A | grep -c partial")).stdout.trim()).toBe("0");
  });

  it("does not let users read the new file who could not read the old one", async () => {
    await inDir("echo old > private && chmod 600 private");
    expect(await cp(REMOTE, at("private"))).toMatchObject({ code: 0 });
    expect((await inDir("stat -c %a private")).stdout).toBe("600\n");
  });

  it("fetches nothing again that is there, byte for byte", async () => {
    const folder = "bs:/projects/Phage lambda/appresults/Reference/files";
    expect(await cp("-rT", folder, at("twice"))).toMatchObject({ code: 0 });
    await inDir("printf x | dd of=twice/lambda.fa conv=notrunc");
    const again = await cp("-rT", folder, at("twice"));
    expect(again).toMatchObject({ code: 0, stderr: "" });
    const lines = again.stdout.split("\n").filter((line) => line.includes("twice/"));
    const fetched = lines.filter((line) => !line.includes("unchanged"));
    expect(fetched).toEqual([expect.stringContaining("lambda.fa ") as string]);
    expect(lines.length).toBeGreaterThan(1);
  });

  it("names the file when the disk is full, and leaves nothing on it", async () => {
    await inDir("mkdir -p full && mount -t tmpfs -o size=16k tmpfs full");
    try {
      const { code, stderr } = await cp(REMOTE, at("full/lambda.fa"));
      expect(code).toBe(1);
      expect(stderr).toMatch(/full\/lambda.fa: the disk is full[^]*try: free space/);
      expect((await inDir("ls -A full")).stdout).toBe("");
    } finally {
      await inDir("umount full");
    }
  });
});
