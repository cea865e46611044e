import { spawn } from "node:child_process";
import { once } from "node:events";
import { readlink } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runCommand, runShell } from "../helpers/run-command.ts";
import { tempDir } from "../helpers/temp-dir.ts";

const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

describe("bsmount demo --once", () => {
  it("unmounts when the reader of its output closes the pipe", async () => {
    const { stdout } = await runShell(`node '${CLI}' demo --once | head -2`, "/");
    const at = /mounted at +(\S+)/.exec(stdout)?.[1] ?? "";
    expect(at).toMatch(/basespace$/);
    expect((await runCommand("findmnt", [at])).stdout).toBe("");
    expect((await runCommand("pgrep", ["-f", at])).stdout).toBe("");
  });

  it("shows real tools at work and leaves no mount and no process", async () => {
    const { code, stdout, stderr } = await runCommand(process.execPath, [CLI, "demo", "--once"]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toMatch(/3600 \+ 0 in total/);
    expect(stdout).toMatch(/object store +\d+ ranges/);
    const at = /mounted at +(\S+)/.exec(stdout)?.[1] ?? "";
    expect((await runCommand("findmnt", [at])).stdout).toBe("");
    expect((await runCommand("pgrep", ["-f", at])).stdout).toBe("");
  });
});

describe("bsmount demo --once on a machine that lacks something", () => {
  it("leaves out the steps of tools that are not installed, and says how to see them", async () => {
    await using bin = await tempDir();
    const link = 'cp -rs /usr/bin/. "$0" && rm -f "$0"/{samtools,bcftools}';
    expect((await runCommand("bash", ["-c", link, bin.path])).code).toBe(0);
    const env = { PATH: bin.path };
    const { code, stdout, stderr } = await runCommand(process.execPath, [CLI, "demo", "--once"], {
      env,
    });
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/\n\$ samtools flagstat .*\n {2}skipped: samtools not installed\n/);
    expect(stdout).toMatch(/\n\$ md5sum .*\n {2}\d+\n/);
    expect(stdout).toMatch(/\n\$ cmp .*\n {2}same\n/);
    expect(stdout).toMatch(
      /\nnot installed: samtools, bcftools\..*\napt-get install samtools bcftools\n$/,
    );
  });

  it("prints an error of one of its commands as the command itself does", async () => {
    const env = { BSMOUNT_TIMEOUT: "soon" };
    const { code, stderr } = await runCommand(process.execPath, [CLI, "demo", "--once"], { env });
    expect(code).toBe(1);
    const direct = await runCommand(process.execPath, [CLI, "mount", "/tmp"], { env });
    expect(stderr).toBe(direct.stderr);
    expect(stderr).toMatch(/^bsmount: (?!.*bsmount)/);
  });
});

describe("bsmount demo", () => {
  it.each([
    ["that nothing is left behind", "", /Unmounting\. Nothing is left behind\./],
    [
      "who is still in its mount",
      "sleep 60",
      /Unmounting\. It is still in use by \d+ \(sleep\): its process/,
    ],
  ])("says at Ctrl-C %s", async (_what, inside, says) => {
    const demo = spawn(process.execPath, [CLI, "demo"], { stdio: ["ignore", "pipe", "inherit"] });
    let printed = "";
    demo.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
    const ended = once(demo, "close");
    await expect.poll(() => printed, { timeout: 60_000 }).toContain("Ctrl-C unmounts and ends");
    const at = /mounted at +(\S+)/.exec(printed)?.[1] ?? "";
    const command = inside === "" ? "true" : `cd "$0" && exec ${inside}`;
    const holder = spawn("bash", ["-c", command, at], { stdio: "ignore" });
    try {
      if (inside !== "") await expect.poll(() => readlink(`/proc/${holder.pid}/cwd`)).toBe(at);
      demo.kill("SIGINT");
      await ended;
      expect(printed).toMatch(says);
    } finally {
      holder.kill("SIGKILL");
      demo.kill("SIGKILL");
    }
    const left = async (): Promise<string> => (await runCommand("pgrep", ["-f", at])).stdout;
    await expect.poll(left, { timeout: 20_000 }).toBe("");
  });
});
