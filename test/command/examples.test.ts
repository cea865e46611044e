import { execFile as execFileWithCallback } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import ts from "typescript";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type CommandOutcome, runShell } from "../helpers/run-command.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

/*
 * The TypeScript in README.md and docs/cookbook.md is in files of its own, which the compiler checks with the rest.
 * Here they run with the package that was built.
 */

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const EXAMPLES = `${ROOT}test/examples/`;
const RESULTS = "projects/12/appresults";

const PAGES: readonly (readonly [string, readonly string[]])[] = [
  ["README.md", ["client", "emulator"]],
  [
    "docs/cookbook.md",
    [
      "stream",
      "range",
      "cancel",
      "page",
      "variants",
      "upload-stream",
      "complete",
      "launch",
      "errors",
      "own-app",
    ],
  ],
];

let dir: TempDir;
let emulator: TestEmulator;

beforeAll(async () => {
  dir = await tempDir();
  await mkdir(dir.join("node_modules"));
  await symlink(ROOT, dir.join("node_modules/bsmount"));
  await Promise.all(PAGES.flatMap(([, names]) => names.map(translate)));
  await writeFile(dir.join("packed.gz"), gzipSync("calls\n"));
  const demo = new URL("../../src/emulator/demo-data/lambda-1/", import.meta.url);
  const lambda = ["lambda-1.bam", "lambda-1.bam.bai", "lambda-1.vcf.gz"].map((path) => {
    return { path, content: { path: fileURLToPath(new URL(path, demo)) } };
  });
  const files = [
    { path: "a.vcf.gz", content: "calls" },
    { path: "a.bam", content: "reads that are longer than a range" },
    { path: "packed.gz", content: { path: dir.join("packed.gz") } },
  ];
  const appResults = [
    { id: "30", name: "whole", status: "Complete" as const, files },
    { id: "31", name: "open", status: "Running" as const, files },
  ];
  const content = "v1pre3/projects/12";
  const properties = [{ name: "Input.project-id", type: "project", content }];
  emulator = await startTestEmulator({
    applications: [{ id: "90", name: "Aligner" }],
    appSessions: [{ id: "40", name: "former", application: "90", properties }],
    projects: [
      { name: "MyProject", id: "12", appResults },
      { name: "Lambda", id: "13", appResults: [{ id: "32", name: "lambda-1", files: lambda }] },
    ],
  });
  await writeFile(dir.join("calls.vcf.gz"), "my calls");
});
afterEach(() => emulator.clearFaults());
afterAll(async () => {
  await emulator?.close();
  await dir?.[Symbol.asyncDispose]();
});

async function translate(name: string): Promise<void> {
  const source = await readFile(`${EXAMPLES}${name}.mts`, "utf8");
  const { target, module } = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  const { outputText } = ts.transpileModule(source, { compilerOptions: { target, module } });
  await writeFile(dir.join(`${name}.mjs`), outputText);
}

function environment(): Record<string, string> {
  return {
    HOME: dir.path,
    BASESPACE_API_SERVER: emulator.apiServer,
    BASESPACE_ACCESS_TOKEN: emulator.accessToken,
  };
}

/** The command that runs an example, as JavaScript. */
function commandOf(name: string, args: readonly string[]): readonly string[] {
  return [process.execPath, dir.join(`${name}.mjs`), ...args];
}

const execFile = promisify(execFileWithCallback);

/** Runs an example in a temporary folder; `around` is a shell command with "$@" for the example's command. */
async function example(
  name: string,
  args: readonly string[] = [],
  around = '"$@"',
): Promise<CommandOutcome> {
  return await runShell(around, dir.path, { args: commandOf(name, args), env: environment() });
}

async function listed<Item>(path: string): Promise<readonly Item[]> {
  const response = (await (await emulator.get(path)).json()) as { Response: { Items: Item[] } };
  return response.Response.Items;
}

interface Result {
  readonly Id: string;
  readonly Name: string;
  readonly Status: string;
}

async function resultNamed(name: string): Promise<Result | undefined> {
  return (await listed<Result>(RESULTS)).find(({ Name }) => Name === name);
}

async function fileId(path: string, result: string = "30"): Promise<string> {
  const files = await listed<{ Id: string; Path: string }>(`appresults/${result}/files`);
  return files.find(({ Path }) => Path === path)?.Id ?? expect.fail(`no file ${path}`);
}

describe("the TypeScript examples", () => {
  it.each(PAGES)(
    "in %s are programs that the compiler checks and a test runs",
    async (page, names) => {
      const text = await readFile(`${ROOT}${page}`, "utf8");
      const shown = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1]);
      const programs = names.map(async (name) => await readFile(`${EXAMPLES}${name}.mts`, "utf8"));
      expect(shown).toEqual(await Promise.all(programs));
    },
  );

  it("emulator: lists the demo's account", async () => {
    const { code, stdout, stderr } = await example("emulator");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^\d+ Phage lambda\n {2}lambda-1\n/m);
  });

  it("client: fetches calls, and completes a result with new ones", async () => {
    const { code, stderr } = await example("client");
    expect([code, stderr]).toEqual([0, ""]);
    expect((await runShell("cat 30/a.vcf.gz && ls -d 3*/*", dir.path)).stdout).toBe(
      "calls30/a.vcf.gz\n",
    );
    expect((await resultNamed("My calls"))?.Status).toBe("Complete");
  });

  it("stream: unpacks a file on the way", async () => {
    const { code, stderr } = await example("stream", [await fileId("packed.gz"), "unpacked"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(await readFile(dir.join("unpacked"), "utf8")).toBe("calls\n");
  });

  it("range: reads the bytes that it names", async () => {
    const { stdout, stderr } = await example("range", [await fileId("a.bam")]);
    expect([stdout, stderr]).toEqual([
      `${Buffer.from("reads that are longer").subarray(0, 18).toString("hex")}\n`,
      "",
    ]);
  });

  it("cancel: ends at Ctrl-C, and downloads the file when it is run again", async () => {
    const args = [await fileId("a.bam"), "reads.bam"];
    emulator.addFaults("GET /v1pre3/files/*/content delay=60000");
    emulator.clearRequests();
    const [node = "", ...command] = commandOf("cancel", args);
    const running = execFile(node, command, { cwd: dir.path, env: environment() });
    // After the file's entry the example waits for its content.
    const isWaiting = (): boolean =>
      emulator.requests.some(({ path }) => path.endsWith(`/files/${args[0]}`));
    await expect.poll(isWaiting, { timeout: 20_000 }).toBe(true);
    running.child.kill("SIGINT");
    expect(await running).toEqual({
      stdout: "The next call with the same target continues the download.\n",
      stderr: "",
    });
    emulator.clearFaults();
    expect(await example("cancel", args)).toMatchObject({ code: 0, stdout: "", stderr: "" });
    const bytes = await readFile(dir.join("reads.bam"));
    expect(bytes.toString()).toBe("reads that are longer than a range");
  });

  it("page: shows one page, and every item", async () => {
    const { stdout, stderr } = await example("page");
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^1 of \d+: \S.*\n/);
    expect(stdout).toContain("\nopen Running\n");
    expect(stdout).toContain("\nwhole Complete\n");
  });

  it("variants: shows the coverage and the variants of a region", async () => {
    const ids = [await fileId("lambda-1.bam", "32"), await fileId("lambda-1.vcf.gz", "32")];
    const { stdout, stderr } = await example("variants", [...ids, "NC_001416.1"]);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^100 buckets of 128, at most \d+\.\d+\n1602 A>C 1\n4042 G>T 1\n/);
  });

  it("upload-stream: uploads its standard input", async () => {
    const { code, stdout, stderr } = await example(
      "upload-stream",
      ["31", "zeros.bin"],
      'head -c 6000000 /dev/zero | "$@"',
    );
    expect([code, stderr]).toEqual([0, ""]);
    const [id, bytes] = stdout.trim().split(" ");
    expect(bytes).toBe("6000000");
    const content = await (await emulator.get(`files/${id}/content`)).arrayBuffer();
    const md5 = (data: Uint8Array): string => createHash("md5").update(data).digest("hex");
    expect(md5(new Uint8Array(content))).toBe(md5(new Uint8Array(6_000_000)));
  });

  it("complete: completes a result, or aborts it", async () => {
    expect(await example("complete")).toMatchObject({ code: 0, stderr: "" });
    const made = await resultNamed("Coverage");
    expect(made?.Status).toBe("Complete");
    emulator.addFaults("POST /v1pre3/appresults/*/files status=403");
    expect((await example("complete")).code).not.toBe(0);
    const results = await listed<Result>(RESULTS);
    const other = results.find(({ Name, Id }) => Name === "Coverage" && Id !== made?.Id);
    expect(other?.Status).toBe("Aborted");
  });

  it("launch: starts the app of a former session", async () => {
    const { stdout, stderr } = await example("launch", ["40", "MyProject"]);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^needs project-id \(project\)\n\d+ Aligner Running\n$/);
  });

  it("errors: names what went wrong", async () => {
    expect((await example("errors", ["12"])).stdout).toBe("MyProject\n");
    const { stdout } = await example("errors", ["99999"]);
    expect(stdout).toMatch(/^The token does not allow this\.\nStatus 403, BASESPACE/);
    emulator.addFaults("GET /v1pre3/projects/* status=404");
    expect((await example("errors", ["12"])).stdout).toMatch(
      /^There is no project 12\.\nStatus 404/,
    );
  });

  it("own-app: passes as a test of node:test", async () => {
    const { code, stdout } = await example("own-app");
    expect(stdout).toMatch(/^# pass 1$/m);
    expect(code).toBe(0);
  });
});
