import { spawn } from "node:child_process";
import { chmod, mkdir, readFile, readlink, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";
import { type CommandOutcome, runCommand, runShell } from "../helpers/run-command.ts";

const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const NO_TOKEN = { BASESPACE_ACCESS_TOKEN: undefined };

let product: Product;
let mounts = 0;

beforeAll(async () => {
  product = await startProduct({ mountArgs: null });
});

afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
});

/** A fresh empty folder to mount on. */
async function mountPoint(): Promise<string> {
  const path = product.dir.join(`mount-${(mounts += 1)}`);
  await mkdir(path);
  return path;
}

/** The state of a process as in proc(5): `-` when there is none, Z when only its parent has to take note. */
async function stateOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => "");
  return /\) (\w)/.exec(stat)?.[1] ?? "-";
}

describe("bsmount mount, status and unmount", () => {
  it("come and go, and leave nothing behind", async () => {
    const at = await mountPoint();
    const mounted = await product.bsmount(["mount", at]);
    expect(mounted).toMatchObject({ code: 0, stderr: "" });
    expect(mounted.stdout).toMatch(/^mounted on .* for Demo User, process \d+\n$/);
    const { stdout } = await product.bsmount(["status", "--json"]);
    const [status] = JSON.parse(stdout) as Record<string, unknown>[];
    expect(status).toMatchObject({
      mountPoint: at,
      apiServer: product.emulator.apiServer,
      user: "Demo User",
      profile: "default",
      layout: "default",
      writeMode: "through",
      cacheDir: product.dir.join("cache/bsmount"),
      uploads: { pending: 0, failed: 0, held: 0 },
    });
    expect(Date.parse(String(status?.["since"]))).not.toBeNaN();
    expect((await runCommand("findmnt", ["-t", "fuse.bsmount", at])).stdout).toContain(at);
    expect(await product.bsmount(["unmount", at])).toMatchObject({ code: 0, stderr: "" });
    expect(await stateOf(Number(status?.["pid"]))).toMatch(/^[-Z]$/);
    expect((await product.bsmount(["status", "--json"])).stdout).toBe("[]\n");
    expect((await product.bsmount(["status", at])).code).toBe(1);
  });

  it("work as mount(8) and fstab call them", async () => {
    const at = await mountPoint();
    const options = "rw,memory-cache=16MiB,ro,_netdev,dev,suid";
    expect(await product.bsmount(["bsmount", at, "-o", options])).toMatchObject({ code: 0 });
    const { stdout } = await runCommand("findmnt", ["-n", "-o", "FSTYPE,OPTIONS", at]);
    expect(stdout).toMatch(/^fuse\.bsmount ro,/);
    expect((await product.bsmount(["unmount", at])).code).toBe(0);
  });

  it("say who uses a busy mount, and detach it when told to", async () => {
    const at = await mountPoint();
    expect((await product.bsmount(["mount", at])).code).toBe(0);
    const holder = spawn("bash", ["-c", 'cd "$0" && exec sleep 60', at], { stdio: "ignore" });
    try {
      await expect.poll(() => readlink(`/proc/${holder.pid}/cwd`), { timeout: 10_000 }).toBe(at);
      const refused = await product.bsmount(["unmount", at]);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toMatch(new RegExp(`${holder.pid}\\b.*sleep|sleep.*\\b${holder.pid}`));
      expect((await product.bsmount(["unmount", "--lazy", "--no-wait", at])).code).toBe(0);
      expect((await runCommand("findmnt", [at])).stdout).toBe("");
    } finally {
      holder.kill("SIGKILL");
    }
  });

  it("leave out who asks, and say what to do where only his shell is in the way", async () => {
    const at = await mountPoint();
    expect((await product.bsmount(["mount", at])).code).toBe(0);
    const env = {
      XDG_RUNTIME_DIR: product.dir.join("run"),
      XDG_STATE_HOME: product.dir.join("state"),
    };
    const inside = async (command: string): Promise<CommandOutcome> =>
      await runShell(command, at, { env, args: [process.execPath, CLI, "unmount"] });
    const { code, stderr } = await inside('("$@" . && true) && true');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/in use by .*\(bash: cwd/)]);
    expect(stderr).not.toContain("(node");
    expect(stderr).toMatch(/\n {2}try: cd out of it first/);
    expect(await inside('exec "$@" .')).toMatchObject({ code: 0, stderr: "" });
    expect((await runCommand("findmnt", [at])).stdout).toBe("");
  });
});

describe("bsmount refresh", () => {
  it("shows at once what is new in BaseSpace", async () => {
    const at = await mountPoint();
    await product.bsmount(["mount", at, "--metadata-ttl", "1h"]);
    try {
      const results = `${at}/projects/Phage lambda/appresults`;
      const list = async (): Promise<string> =>
        (await runShell(`ls '${results}'`, product.dir.path)).stdout;
      expect(await list()).not.toContain("brand new");
      await product.newResult("brand new");
      expect(await list()).not.toContain("brand new");
      const refreshed = await product.bsmount(["refresh", results]);
      expect(refreshed).toEqual({ code: 0, stdout: "", stderr: "" });
      expect(await list()).toContain("brand new");
    } finally {
      await product.bsmount(["unmount", at]);
    }
    const gone = await product.bsmount(["refresh", at]);
    expect(gone.code).toBe(2);
    expect(gone.stderr).toMatch(/mounted/);
  });
});

describe("a mount that cannot be made says why in one line, and what to do", () => {
  const cases: readonly (readonly [
    string,
    number,
    RegExp,
    () => Promise<readonly [readonly string[], Record<string, string | undefined>]>,
  ])[] = [
    [
      "without a token",
      4,
      /no access token was found: looked at .*\n {2}try: .*bs auth/,
      async () => [[await mountPoint()], NO_TOKEN],
    ],
    [
      "with a token that the service does not know",
      4,
      /the access token of BASESPACE_ACCESS_TOKEN was refused by http:.*401.*\n {2}try: .*unset it/,
      async () => [[await mountPoint()], { BASESPACE_ACCESS_TOKEN: "0".repeat(32) }],
    ],
    [
      "with a server that does not answer",
      1,
      /127\.0\.0\.1:1\b/,
      async () => [[await mountPoint(), "--api-server", "http://127.0.0.1:1"], {}],
    ],
    [
      "with plain http to another machine",
      2,
      /http/,
      async () => [[await mountPoint(), "--api-server", "http://basespace.example"], {}],
    ],
    ["on a folder that is not there", 2, /mkdir/, async () => [[product.dir.join("missing")], {}]],
    [
      "on a file",
      2,
      /it is not a folder\n {2}try: give an empty folder/,
      async () => {
        await writeFile(product.dir.join("plain"), "");
        return [[product.dir.join("plain")], {}];
      },
    ],
    [
      "on a folder that is not empty",
      2,
      /not empty/,
      async () => {
        const at = await mountPoint();
        await writeFile(`${at}/file`, "");
        return [[at], {}];
      },
    ],
    [
      "on a file",
      2,
      /not a folder/,
      async () => {
        const at = product.dir.join("file");
        await writeFile(at, "");
        return [[at], {}];
      },
    ],
    [
      "with an unknown option",
      2,
      /unknown option '--colour'/,
      async () => [["/mnt", "--colour"], {}],
    ],
    [
      "with a size that is none",
      2,
      /is not a size such as/,
      async () => [["/mnt", "--memory-cache", "lots"], {}],
    ],
    [
      "with a profile that is not there",
      2,
      /no profile "lab"/,
      async () => [[await mountPoint(), "--profile", "lab"], NO_TOKEN],
    ],
    [
      "with a profile that others can read",
      2,
      /chmod 600/,
      async () => {
        await mkdir(product.dir.join(".basespace"), { recursive: true });
        const file = product.dir.join(".basespace/open.cfg");
        await writeFile(file, "[DEFAULT]\naccessToken = abc\n");
        await chmod(file, 0o644);
        return [[await mountPoint(), "--profile", "open"], NO_TOKEN];
      },
    ],
  ];

  it.each(cases)("%s", async (_title, code, message, prepare) => {
    const [args, env] = await prepare();
    const outcome = await product.bsmount(["mount", ...args], env);
    expect(outcome.stderr).toMatch(message);
    expect(outcome.code).toBe(code);
    expect(outcome.stdout).toBe("");
    expect(outcome.stderr).not.toContain(product.emulator.accessToken);
    expect(outcome.stderr.trim().split("\n").length).toBeLessThanOrEqual(3);
  });

  it("on a mount point that is in use", async () => {
    const at = await mountPoint();
    expect((await product.bsmount(["mount", at])).code).toBe(0);
    const again = await product.bsmount(["mount", at]);
    expect(again.code).not.toBe(0);
    expect(again.stderr).toMatch(/mounted/);
    expect((await product.bsmount(["unmount", at])).code).toBe(0);
  });
});

describe("a failure on a mount", () => {
  it("is in the log that status names, with the request's id and no secret", async () => {
    const at = await mountPoint();
    expect((await product.bsmount(["mount", at, "--log-level", "debug"])).code).toBe(0);
    await product.faults("GET /files/*/content status=403");
    const path = "projects/Phage lambda/appresults/Reference/files/lambda.fa";
    const read = await runShell(`cat '${path}'`, at);
    expect(read.code).toBe(1);
    expect(read.stderr).toMatch(/Permission denied/);
    await product.faults();
    const { stdout } = await product.bsmount(["status", "--json", at]);
    const [status] = JSON.parse(stdout) as { readonly logFile: string }[];
    const log = await readFile(status?.logFile ?? "", "utf8");
    const failed = log.split("\n").find((line) => line.includes('"msg":"failed"')) ?? "{}";
    expect(JSON.parse(failed)).toMatchObject({ level: "warn", operation: "read", errno: 13 });
    expect(failed).toContain("lambda.fa");
    expect(failed).toMatch(/\d{4}\.\d\d\.\d\d\./);
    expect(log).toContain('"msg":"request"');
    expect(log).not.toContain(product.emulator.accessToken);
    expect(log).not.toContain("Signature");
    expect((await product.bsmount(["unmount", at])).code).toBe(0);
  });
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

  it("copy what can be copied when one file cannot, and say so", async () => {
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

  it("copy files whose names are the longest, or look like somebody's scratch file", async () => {
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

  it("list, draw and copy what a link leads to", async () => {
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

  it("end when their reader is gone, with 1 and the reason", async () => {
    const { apiServer, accessToken } = product.emulator;
    const env = { BASESPACE_API_SERVER: apiServer, BASESPACE_ACCESS_TOKEN: accessToken };
    const path = "bs:/projects/Phage lambda/appresults/lambda-1 alignment/files/lambda-1.bam";
    const command = `node '${CLI}' cat '${path}' | head -c 10 | wc -c; echo "\${PIPESTATUS[*]}"`;
    const { stdout, stderr } = await runShell(command, "/", { env });
    expect(stdout).toBe("10\n1 0 0\n");
    expect(stderr).toMatch(/^bsmount: cannot write to standard output: its reader has gone/);
  });
});
