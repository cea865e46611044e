import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";
import { type CommandOutcome, runShell } from "../helpers/run-command.ts";
import { openTerminal } from "../helpers/terminal.ts";

const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const ALIGNMENT = "bs:/projects/Phage lambda/appresults/lambda-1 alignment/files";

let product: Product;
let results = 0;

beforeAll(async () => {
  product = await startProduct({ mountArgs: null });
});

afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
});

const inDir = async (script: string): Promise<CommandOutcome> =>
  await runShell(script, product.dir.path);

/** The `files` of a new app result in a project of its own. */
async function newFiles(): Promise<string> {
  const path = `bs:/projects/Mine/appresults/R${(results += 1)}`;
  expect(await product.bsmount(["mkdir", "-p", path])).toMatchObject({ code: 0, stderr: "" });
  return `${path}/files`;
}

describe("without a mount, bsmount mkdir", () => {
  it("makes a project and an app result, files are copied into it, and it is completed", async () => {
    const result = "bs:/projects/Round/appresults/My calls";
    const made = await product.bsmount(["mkdir", "-p", result]);
    expect(made).toMatchObject({ code: 0, stderr: "" });
    expect(made.stdout).toBe(`bs:/projects/Round was made\n${result} was made\n`);
    await inDir("mkdir -p round/sub && echo 1 > round/one && echo 2 > round/sub/two");
    const round = product.dir.join("round");
    const copy = ["cp", "-rT", round, `${result}/files/report`];
    expect((await product.bsmount(copy)).stdout).toMatch(/^copied 2 files$/m);
    expect((await product.bsmount(copy)).stdout).toMatch(/^copied 0 files, 2 unchanged$/m);
    expect(await product.bsmount(["complete", result])).toMatchObject({ code: 0 });
    const back = product.dir.join("round-back");
    await product.bsmount(["cp", "-r", `${result}/files/report`, back]);
    expect(await inDir("diff -r round round-back")).toMatchObject({ code: 0 });
    const json = await product.bsmount(["cat", `${result}/.json`]);
    expect(JSON.parse(json.stdout)).toMatchObject({ Name: "My calls", Status: "Complete" });
  });

  it("reports what exists, what is missing and what cannot be made", async () => {
    const mkdir = async (...args: string[]): Promise<[number | null, string]> => {
      const { code, stderr } = await product.bsmount(["mkdir", ...args]);
      return [code, stderr];
    };
    const lambda = "bs:/projects/Phage lambda";
    expect(await mkdir(lambda)).toEqual([1, expect.stringMatching(/has Phage lambda already/)]);
    expect(await mkdir("-p", lambda)).toEqual([0, ""]);
    const missing = await mkdir("bs:/projects/No/appresults/R");
    expect(missing).toEqual([1, expect.stringMatching(/no bs:\/projects\/No\n {2}try: give -p/)]);
    const folder = await mkdir("-p", "bs:/projects/Other/appresults/R/files/sub");
    expect(folder).toEqual([1, expect.stringMatching(/no empty folders[^]*try: cp makes/)]);
    expect((await product.bsmount(["ls", "bs:/projects"])).stdout).not.toContain("Other");
    expect(await mkdir("bs:/runs/x", "bs:/projects/Beside")).toEqual([
      1,
      expect.stringMatching(/cannot make bs:\/runs\/x/),
    ]);
    expect((await product.bsmount(["ls", "bs:/projects"])).stdout).toContain("Beside/");
    expect(await mkdir("local")).toEqual([2, expect.stringMatching(/bs:/)]);
    await product.faults("POST /projects status=403");
    try {
      expect((await mkdir("bs:/projects/Refused"))[0]).toBe(4);
    } finally {
      await product.faults();
    }
  });
});

describe("bsmount cp that is given again", () => {
  it("leaves equal files, in one piece or in parts, and uploads those that only have the same size", async () => {
    const files = await newFiles();
    await inDir("mkdir again && head -c 30000000 /dev/urandom > again/parts && echo 1 > again/a");
    await inDir("echo 1 > again/b && : > again/empty");
    const copy = ["cp", "-r", "--checksum", `${product.dir.join("again")}/.`, files];
    expect((await product.bsmount(copy)).stdout).toMatch(/^copied 4 files$/m);
    await inDir("echo 2 > again/b && printf x | dd of=again/parts bs=1 seek=20000000 conv=notrunc");
    const { code, stdout, stderr } = await product.bsmount(copy);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/\/a {2}2 B {2}unchanged {2}compared by MD5$/m);
    expect(stdout).toMatch(/\/empty {2}0 B {2}unchanged/);
    expect(stdout).toMatch(/\/b {2}2 B {2}compared by MD5$/m);
    expect(stdout).toMatch(/\/parts {2}28\.6 MiB {2}compared by the MD5s of its parts$/m);
    expect(stdout).toMatch(/^copied 2 files, 2 unchanged$/m);
    expect((await product.bsmount(copy)).stdout).toMatch(/^copied 0 files, 4 unchanged$/m);
    const listed = (await product.bsmount(["ls", files])).stdout;
    expect(listed).toMatch(/^a\nb\nb~\d+\nempty\nparts\nparts~\d+\n$/);
  });

  it("goes to the same place with -T and with /., and into the folder without, in both directions", async () => {
    const files = await newFiles();
    await inDir("mkdir -p t/sub && echo 1 > t/a && echo 2 > t/sub/b");
    const t = product.dir.join("t");
    for (const args of [
      [t, `${files}/x`],
      ["-T", t, `${files}/x`],
      [`${t}/.`, `${files}/x`],
      [`${t}/.`, `${files}/new/folder/`],
      [t, `${files}/x`],
    ]) {
      expect(await product.bsmount(["cp", "-r", ...args])).toMatchObject({ code: 0, stderr: "" });
    }
    const drawn = (await product.bsmount(["ls", files, `${files}/x`, `${files}/new/folder`]))
      .stdout;
    expect(drawn.match(/^[^b\n].*$/gm)).toEqual(["new/", "x/", "a", "sub/", "t/", "a", "sub/"]);
    const out = product.dir.join("out");
    for (const args of [
      [`${files}/new/folder`, out],
      ["-T", `${files}/new/folder`, out],
      [`${files}/new/folder/.`, out],
    ]) {
      expect(await product.bsmount(["cp", "-r", ...args])).toMatchObject({ code: 0, stderr: "" });
    }
    expect(await inDir("diff -r t out")).toMatchObject({ code: 0 });
    await product.bsmount(["cp", "-r", `${files}/new/folder`, out]);
    expect(await inDir("diff -r t out/folder")).toMatchObject({ code: 0 });
  });

  it("into an app result that is not there says how to make it", async () => {
    await inDir("echo 1 > lonely");
    const lonely = product.dir.join("lonely");
    for (const inside of ["files", "files/", "files/sub/x"]) {
      const path = `bs:/projects/Mine/appresults/None/${inside}`;
      const { code, stderr } = await product.bsmount(["cp", lonely, path]);
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /no bs:\/projects\/Mine\/appresults\/None\n {2}try: bsmount mkdir -p '/,
      );
    }
  });

  it("takes no folder for a file, and no two sources under one name", async () => {
    const files = await newFiles();
    await inDir("mkdir -p d/e && echo 1 > d/f && echo 2 > d/e/f && mkdir empty-folder");
    const cp = async (...args: string[]): Promise<[number | null, string]> => {
      const { code, stderr } = await product.bsmount(["cp", ...args]);
      return [code, stderr];
    };
    const f = product.dir.join("d/f");
    expect(await cp(f, product.dir.join("d/e/f"), files)).toEqual([
      1,
      expect.stringMatching(/d\/e\/f is not copied: .*d\/f already has the name f/),
    ]);
    await cp(f, `${files}/folder/f`);
    expect(await cp("-T", f, `${files}/folder`)).toEqual([1, expect.stringMatching(/directory/)]);
    const there = product.dir.join("empty-folder");
    expect(await cp("-T", `${files}/f`, there)).toEqual([2, expect.stringMatching(/is a folder/)]);
    expect(await cp("-T", f, f, files)).toEqual([2, expect.stringMatching(/takes one source/)]);
    expect(await cp("-r", `${files}/f/.`, there)).toEqual([
      2,
      expect.stringMatching(/not a folder/),
    ]);
  });
});

describe("bsmount cp of many files", () => {
  it("copies the others when a source is not there, and its exit code is that of a single failure", async () => {
    const files = await newFiles();
    await inDir("echo 1 > m1 && echo 2 > m2");
    const [m1, m2, none] = ["m1", "m2", "none"].map((name) => product.dir.join(name));
    const some = await product.bsmount(["cp", `${m1}`, `${none}`, `${m2}`, files]);
    expect(some.code).toBe(1);
    expect(some.stderr).toMatch(/cannot read .*none[^]*copied 2 files, 1 could not be copied/);
    expect((await product.bsmount(["ls", files])).stdout).toBe("m1\nm2\n");
    await product.faults("POST /appresults/*/files status=403");
    try {
      await inDir("echo 3 > m1");
      expect((await product.bsmount(["cp", `${m1}`, files])).code).toBe(4);
    } finally {
      await product.faults();
    }
  });

  it("shows one bar in a terminal, and leaves every line that it printed", async () => {
    const env = product.environment;
    await product.faults("GET /objects/* slow=80kB/s");
    try {
      const out = product.dir.join("shown");
      const command = `node '${CLI}' cp -r '${ALIGNMENT}' '${out}'; echo ended-$?`;
      await using terminal = await openTerminal(command, product.dir, env);
      const seen: string[] = [];
      const shown = async (): Promise<string> => {
        seen.push(await terminal.screen());
        return seen.at(-1) ?? "";
      };
      await expect.poll(shown, { timeout: 60_000 }).toMatch(/\d+ %.*\/s {2}.*\d s left/);
      await expect.poll(shown, { timeout: 60_000 }).toContain("ended-0");
      // At the beginning the rate is unknown.
      expect(seen.join("")).toMatch(/ 0 B of /);
      expect(seen.join("")).not.toMatch(/ 0 B of .* left/);
      const names = (await inDir("ls shown")).stdout.trim().split("\n");
      const screen = Buffer.from(await shown(), "latin1").toString();
      const lines = screen.split("\n").filter((line) => line !== "");
      const copied = lines.slice(0, names.length).map((line) => /shown\/(\S+) {2}/.exec(line)?.[1]);
      expect(new Set(copied)).toEqual(new Set(names));
      expect(lines.slice(names.length)).toEqual([`copied ${names.length} files`, "ended-0"]);
    } finally {
      await product.faults();
    }
  });

  it("continues while one of them waits, and ends all of them when it is interrupted", async () => {
    await product.faults("GET /files/*/content n=1 drop-answer");
    try {
      const target = product.dir.join("interrupted");
      const env = { ...process.env, ...product.environment };
      const args = [CLI, "cp", "-r", "--timeout", "10m", ALIGNMENT, target];
      const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
      const ended = once(child, "exit");
      let printed = "";
      child.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
      const said = text(child.stderr);
      const total = (await product.bsmount(["ls", ALIGNMENT])).stdout.split("\n").length - 1;
      expect(total).toBeGreaterThan(2);
      const lines = (): number => printed.split("\n").length - 1;
      // The first file waits, and its index with it.
      await expect.poll(lines, { timeout: 30_000 }).toBe(total - 2);
      child.kill("SIGINT");
      expect(await ended).toEqual([130, null]);
      // The folder is there now, and would be copied into.
      expect(await said).toMatch(
        /interrupted.*\n {2}try: the same command with -T continues where/,
      );
      const left = (await inDir("ls -A interrupted")).stdout.trim().split("\n");
      expect(left).toHaveLength(total - 2);
      expect(left.join("\n")).not.toContain(".bsmount-");
    } finally {
      await product.faults();
    }
  });

  it.each([
    [
      "of parts",
      40,
      /^bsmount: interrupted before it was done\n {2}try: the same command continues where it stopped\n$/,
    ],
    ["in one piece", 1, /^bsmount: interrupted before it was done\n$/],
  ])("that was interrupted says where it continues: a file %s", async (_what, mebibytes, says) => {
    const files = await newFiles();
    const name = `large-${mebibytes}`;
    await inDir(`head -c ${mebibytes}M /dev/urandom > ${name}`);
    const local = product.dir.join(name);
    expect(await product.bsmount(["cp", local, files])).toMatchObject({ code: 0 });
    // One part never comes, the others do.
    await product.faults("GET /objects/* n=1 drop-answer");
    try {
      const env = { ...process.env, ...product.environment };
      await inDir(`mkdir back-${name}`);
      const back = product.dir.join(`back-${name}/x`);
      const args = [CLI, "cp", "--timeout", "10m", `${files}/${name}`, back];
      const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
      const [ended, said] = [once(child, "exit"), text(child.stderr)];
      const parts = async (): Promise<string> =>
        (await inDir(`cd back-${name} && ls -A && cat .bsmount-*.parts | grep -c crc32`)).stdout;
      const begun = mebibytes === 1 ? /partial\n/ : /\n2\n$/;
      await expect.poll(parts, { timeout: 30_000 }).toMatch(begun);
      child.kill("SIGINT");
      expect(await ended).toEqual([130, null]);
      expect(await said).toMatch(says);
    } finally {
      await product.faults();
    }
  });
});
