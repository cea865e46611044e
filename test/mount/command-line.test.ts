import { spawn } from "node:child_process";
import { readFile, readlink } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";
import { type CommandOutcome, runCommand, runShell } from "../helpers/run-command.ts";

const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

let product: Product;

beforeAll(async () => {
  product = await startProduct({ mountArgs: null });
});

afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
});

const mountPoint = async (): Promise<string> => await product.newMountPoint();

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
      uploads: { pending: 0, failed: 0, held: 0, interrupted: 0 },
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

  it("name the holders of a busy mount, and detach it on request", async () => {
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

  it("do not count the caller, and print a remedy where only its shell is in the way", async () => {
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
    // A command inherits the descriptors of its shell.
    const both = await inside('exec 9< .; cd /; ("$@" "$OLDPWD" && true) && true');
    expect([both.code, both.stderr]).toEqual([
      1,
      expect.stringMatching(/in use by .*\(bash: file/),
    ]);
    expect(both.stderr).not.toContain("(node");
    const itself = await inside('exec 9< .; cd /; exec "$@" "$OLDPWD"');
    expect([itself.code, itself.stderr]).toEqual([
      1,
      expect.stringMatching(/is in use by this command itself\n {2}try: run it in another folder/),
    ]);
    expect(await inside('exec "$@" .')).toMatchObject({ code: 0, stderr: "" });
    expect((await runCommand("findmnt", [at])).stdout).toBe("");
  });
});

describe("bsmount refresh", () => {
  it("shows new entities of BaseSpace at once", async () => {
    const at = await mountPoint();
    await product.bsmount(["mount", at, "--metadata-ttl", "1h"]);
    try {
      const results = `${at}/projects/Phage lambda/appresults`;
      const list = async (): Promise<string> =>
        (await runShell(`ls '${results}'`, product.dir.path)).stdout;
      expect(await list()).not.toContain("brand new");
      await product.newResult("brand new");
      expect(await list()).not.toContain("brand new");
      const refusal = await product.bsmount(["mkdir", `${results}/x`]);
      expect([refusal.code, refusal.stderr]).toEqual([
        2,
        expect.stringContaining(
          "try: write it as 'bs:/projects/Phage lambda/appresults/x', or use",
        ),
      ]);
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

describe("a mount that cannot be made", () => {
  it("on a mount point that is in use, says so", async () => {
    const at = await mountPoint();
    expect((await product.bsmount(["mount", at])).code).toBe(0);
    const again = await product.bsmount(["mount", at]);
    expect(again.code).not.toBe(0);
    expect(again.stderr).toMatch(/mounted/);
    expect((await product.bsmount(["unmount", at])).code).toBe(0);
  });
});
