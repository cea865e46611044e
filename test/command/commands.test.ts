import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";
import { runShell } from "../helpers/run-command.ts";

const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const NO_TOKEN = { BASESPACE_ACCESS_TOKEN: undefined };

/* What needs no mount: whose token it is, and looking at and copying what BaseSpace has. */

let product: Product;

beforeAll(async () => {
  product = await startProduct({ mountArgs: null });
});

afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
});

describe("commands without a mount", () => {
  it("tell whose token it is and where it came from, also when it is refused", async () => {
    const { stdout } = await product.bsmount(["whoami"]);
    const from = "the token of BASESPACE_ACCESS_TOKEN\n";
    expect(stdout).toMatch(/^Demo User <demo@example\.org>, user 101\n/);
    expect(stdout).toContain(`\nat ${product.emulator.apiServer}, by ${from}`);
    const refused = await product.bsmount(["whoami"], { BASESPACE_ACCESS_TOKEN: "0".repeat(32) });
    expect(refused).toMatchObject({ code: 4, stdout: "" });
    expect(refused.stderr).toMatch(
      /^bsmount: the access token of BASESPACE_ACCESS_TOKEN was refused/,
    );
    const json = await product.bsmount(["whoami", "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({ id: "101", name: "Demo User" });
  });

  it("take the token from a file and the server from a profile", async () => {
    await mkdir(product.dir.join(".basespace"), { recursive: true });
    const { apiServer, accessToken } = product.emulator;
    const profile = `[DEFAULT]\napiServer = ${apiServer}/\naccessToken = ${accessToken}\n`;
    await writeFile(product.dir.join(".basespace/lab.cfg"), profile, { mode: 0o600 });
    const bare = { BASESPACE_API_SERVER: undefined, ...NO_TOKEN };
    expect((await product.bsmount(["whoami", "--profile", "lab"], bare)).code).toBe(0);
    await writeFile(product.dir.join("token"), accessToken, { mode: 0o600 });
    const byFile = ["whoami", "--access-token-file", product.dir.join("token")];
    expect((await product.bsmount([...byFile, "--api-server", apiServer], bare)).code).toBe(0);
  });

  it("list, draw, show and copy", async () => {
    const folder = "bs:/projects/Phage lambda/appresults/Reference";
    const listed = await product.bsmount(["ls", "-l", `${folder}/files`]);
    expect(listed.stdout).toMatch(/^\s*\d+ {2}2024-01-16 09:00 {2}lambda\.fa$/m);
    const drawn = await product.bsmount(["tree", folder]);
    expect(Buffer.from(drawn.stdout, "latin1").toString()).toMatch(
      /└── lambda\.fa\.fai {2}\(\d+ B\)\n\n1 directory, 2 files/,
    );
    const shown = await product.bsmount(["cat", `${folder}/files/lambda.fa`]);
    expect(shown.stdout).toMatch(/^>NC_001416\.1/);
    const target = product.dir.join("copied");
    expect((await product.bsmount(["cp", "-r", `${folder}/files`, target])).code).toBe(0);
    expect(await readFile(`${target}/lambda.fa`, "latin1")).toBe(shown.stdout);
    expect((await product.bsmount(["cp", `${folder}/files`, target])).code).toBe(2);
  });

  it("copy the other files when one cannot be copied, and report it", async () => {
    const result = "bs:/projects/Phage lambda/appresults/lambda-2 alignment";
    const id = (await product.bsmount(["cat", `${result}/.id`])).stdout.trim();
    const { apiServer, accessToken } = product.emulator;
    const listed = await fetch(`${apiServer}/v1pre3/appresults/${id}/files?Limit=100`, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    const { Response: files } = (await listed.json()) as {
      readonly Response: { readonly Items: readonly { Id: string; Path: string }[] };
    };
    const bam = files.Items.find(({ Path }) => Path === "lambda-2.bam");
    await product.faults(`GET /files/${bam?.Id}/content status=404`);
    const folder = `${result}/files`;
    const target = product.dir.join("partly");
    const failing = await product.bsmount(["cp", "-r", folder, target]);
    expect(failing.code).toBe(1);
    expect(failing.stderr).toMatch(/copied 3 files, 1 could not be copied/);
    await product.faults();
    expect((await product.bsmount(["cp", "-r", folder, target])).code).toBe(0);
    expect((await runShell("ls -A", target)).stdout).not.toContain(".partial");
  });

  it("copy files with the longest names, and those that look like scratch files", async () => {
    const names = ["reads.bam.partial", "reads.bam", `${"n".repeat(251)}.bam`];
    for (const order of [names, names.toReversed()]) {
      const files = order.map((path) => ({ path, content: `bytes of ${path}` }));
      const catalog = { projects: [{ name: "P", appResults: [{ name: "R", files }] }] };
      const file = product.dir.join("names.json");
      await writeFile(file, JSON.stringify(catalog));
      await using other = await startProduct({
        emulatorArgs: ["--catalog", file],
        mountArgs: null,
      });
      const target = other.dir.join("copied");
      const copied = await other.bsmount(["cp", "-r", "bs:/projects/P/appresults/R/files", target]);
      expect(copied).toMatchObject({ code: 0, stderr: "" });
      for (const name of names) {
        expect(await readFile(`${target}/${name}`, "utf8")).toBe(`bytes of ${name}`);
      }
      expect((await runShell("ls -A | wc -l", target)).stdout.trim()).toBe("3");
    }
  });

  it("list, draw and copy the target of a link", async () => {
    const link = "bs:/projects/Phage lambda/samples-by-name/lambda-1";
    expect((await product.bsmount(["ls", link])).stdout).toBe("files/\n");
    expect((await product.bsmount(["tree", link, "-L", "1"])).stdout).toMatch(/files\//);
    const target = product.dir.join("by-name");
    expect((await product.bsmount(["cp", "-r", link, target])).code).toBe(0);
    expect((await runShell("find . -name '*.gz' | wc -l", target)).stdout.trim()).toBe("2");
  });

  it("follow links, and say which part of a path is not there", async () => {
    const byName = "bs:/projects/Phage lambda/samples-by-name/lambda-1/files";
    expect((await product.bsmount(["ls", byName])).stdout).toBe("Data/\n");
    const missing = await product.bsmount(["cat", "bs:/projects/Nobody/x"]);
    expect(missing).toMatchObject({ code: 1, stdout: "" });
    expect(missing.stderr).toMatch(
      /there is no bs:\/projects\/Nobody\n {2}try: bsmount ls 'bs:\/projects\/'/,
    );
  });

  it("end without a word when their reader closes the pipe", async () => {
    const { apiServer, accessToken } = product.emulator;
    const env = { BASESPACE_API_SERVER: apiServer, BASESPACE_ACCESS_TOKEN: accessToken };
    const path = "bs:/projects/Phage lambda/appresults/lambda-1 alignment/files/lambda-1.bam";
    const command = `node '${CLI}' cat '${path}' | head -c 10 | wc -c; echo "\${PIPESTATUS[*]}"`;
    const { stdout, stderr } = await runShell(command, "/", { env });
    expect([stdout, stderr]).toEqual(["10\n141 0 0\n", ""]);
  });
});
