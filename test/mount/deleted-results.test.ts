import { cp, mkdir, readdir, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";
import { type CommandOutcome, runCommand } from "../helpers/run-command.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

/*
 * Results that are deleted elsewhere while the cached listing still shows them. Here the cache keeps it for an hour, so
 * that programs always see the old listing.
 */

const FILES = [
  { path: "a.txt", content: "a" },
  { path: "sub/b.txt", content: "b" },
];
const APP_RESULTS = "projects/P/appresults";
/** The kernel keeps a name for a second; the rest is for a busy machine. */
const LATE_MS = 20_000;

/** What `os.listdir` and `os.scandir` say, as errno names. */
const PYTHON = `
import errno, os, sys
for look in (os.listdir, lambda d: list(os.scandir(d))):
  try: print(look(sys.argv[1]))
  except OSError as e: print(errno.errorcode[e.errno])
`;

/** Each has its own result, so that none is listed before it is deleted. */
const PROGRAMS: readonly (readonly [string, (from: string, to: string) => readonly string[]])[] = [
  ["ls", (from) => ["ls", from]],
  ["find", (from) => ["find", from]],
  ["cp", (from, to) => ["cp", "-rT", from, to]],
  ["tar", (from) => ["tar", "-cf", "/dev/null", from]],
  ["du", (from) => ["du", from]],
  ["rsync", (from, to) => ["rsync", "-a", "--delete", `${from}/`, `${to}/`]],
  ["rsync-parent", (from, to) => ["rsync", "-a", "--delete", `${from}/..`, `${to}/..`]],
];
const RESULTS = [...PROGRAMS.map(([name]) => name), "python", "once", "late"];

let dir: TempDir;
let product: Product;
let sessions: ReadonlyMap<string, string>;

beforeAll(async () => {
  dir = await tempDir();
  const appResults = RESULTS.map((name) => ({ name, files: FILES }));
  await writeFile(
    dir.join("catalog.json"),
    JSON.stringify({ projects: [{ name: "P", appResults }] }),
  );
  product = await startProduct({
    emulatorArgs: ["--catalog", dir.join("catalog.json")],
    mountArgs: ["--metadata-ttl", "1h"],
  });
  sessions = await sessionsByResult();
});

afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
  await dir?.[Symbol.asyncDispose]();
});

async function ask(path: string, method = "GET"): Promise<Response> {
  const headers = { authorization: `Bearer ${product.emulator.accessToken}` };
  const response = await fetch(product.emulator.apiServer + path, { method, headers });
  expect(response.ok).toBe(true);
  return response;
}

interface Listed {
  readonly Name: string;
  readonly Id: string;
}

async function itemsOf(path: string): Promise<readonly Listed[]> {
  const body = (await (await ask(`${path}?Limit=100`)).json()) as {
    readonly Response: { readonly Items: readonly Listed[] };
  };
  return body.Response.Items;
}

async function sessionsByResult(): Promise<ReadonlyMap<string, string>> {
  const [project] = await itemsOf("/v1pre3/users/current/projects");
  const results = await itemsOf(`/v1pre3/projects/${project?.Id}/appresults`);
  const found = new Map<string, string>();
  for (const { Name, Id } of results) {
    const one = (await (await ask(`/v1pre3/appresults/${Id}`)).json()) as {
      readonly Response: { readonly AppSession: { readonly Id: string } };
    };
    found.set(Name, one.Response.AppSession.Id);
  }
  return found;
}

/** Behind the back of the mount, whose listing shows it. */
async function deleteResult(name: string): Promise<void> {
  expect((await product.shell("ls", APP_RESULTS)).stdout.split("\n")).toContain(name);
  await ask(`/v2/appsessions/${sessions.get(name)}`, "DELETE");
}

function pathOf(result: string): string {
  return `${product.mountPoint}/${APP_RESULTS}/${result}/files`;
}

async function run(argv: readonly string[]): Promise<CommandOutcome> {
  const [program = "", ...args] = argv;
  return await runCommand(program, args, { env: { LC_ALL: "C.UTF-8" } });
}

describe("a result that was deleted while its listing is fresh", () => {
  it.each(PROGRAMS)("[E1] fails %s, and what was copied before stays", async (name, command) => {
    const backup = dir.join(`backup-${name}`, "files");
    await mkdir(dir.join(`backup-${name}`));
    await deleteResult(name);
    await mkdir(`${backup}/sub`, { recursive: true });
    await writeFile(`${backup}/a.txt`, "a");
    await writeFile(`${backup}/sub/b.txt`, "b");
    const { code, stderr } = await run(command(pathOf(name), backup));
    expect(code).not.toBe(0);
    // rsync's "some files vanished", which scripts take for nothing.
    expect(code).not.toBe(24);
    expect(stderr).toMatch(/Input\/output error/);
    expect((await readdir(backup, { recursive: true })).toSorted()).toEqual([
      "a.txt",
      "sub",
      "sub/b.txt",
    ]);
  });

  it("[E1] is an error to programs in Python", async () => {
    await deleteResult("python");
    const { stdout } = await run(["python3", "-c", PYTHON, pathOf("python")]);
    expect(stdout.trim().split("\n")).toEqual(["EIO", "EIO"]);
  });

  it("is no longer shown at the next look, however fresh the listing was", async () => {
    await deleteResult("late");
    expect((await run(["ls", pathOf("late")])).code).toBe(2);
    await expect
      .poll(async () => (await run(["ls", pathOf("late")])).stderr, { timeout: LATE_MS })
      .toMatch(/No such file or directory/);
    expect((await product.shell("ls", APP_RESULTS)).stdout.split("\n")).not.toContain("late");
  });
});

describe("one response that a result does not exist", () => {
  it("is not believed", async () => {
    await product.faults("GET /v1pre3/appresults/*/files n=1 status=404");
    const { code, stdout } = await run(["ls", pathOf("once")]);
    expect([code, stdout]).toEqual([0, "a.txt\nsub\n"]);
    const copy = dir.join("copy-once");
    await cp(pathOf("once"), copy, { recursive: true });
    expect((await readdir(copy)).toSorted()).toEqual(["a.txt", "sub"]);
  });
});
