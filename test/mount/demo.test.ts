import { spawn } from "node:child_process";
import { once } from "node:events";
import { readlink } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runCommand, runShell } from "../helpers/run-command.ts";

const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

describe("bsmount demo --once", () => {
  it("takes its mount down when the reader of its output is gone", async () => {
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

describe("bsmount demo", () => {
  it.each([
    ["that nothing stays behind", "", /Unmounting\. Nothing stays behind\./],
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
