import { mkdir, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemdUnit, thisCommand, variablesOfShell } from "../../src/cli/systemd-unit.ts";
import type { GivenOptions } from "../../src/config/option-values.ts";
import { runCli } from "../helpers/run-cli.ts";
import { runCommand } from "../helpers/run-command.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

let dir: TempDir;
let units = 0;

beforeAll(async () => {
  dir = await tempDir();
});
afterAll(async () => {
  await dir?.[Symbol.asyncDispose]();
});

/** What systemd objects to. */
async function objections(unit: string): Promise<string> {
  const file = dir.join(`bsmount-${(units += 1)}.service`);
  await writeFile(file, unit);
  const args = ["verify", "--man=no", "--user", file];
  const { stdout, stderr } = await runCommand("systemd-analyze", args, {
    env: { XDG_RUNTIME_DIR: dir.path, SYSTEMD_LOG_LEVEL: "info" },
  });
  return stdout + stderr;
}

describe("the systemd unit", () => {
  it.each([
    ["/home/a/basespace", "/home/a/basespace"],
    ["/home/a/my data", '"/home/a/my data"'],
    ["/home/a/100%", "/home/a/100%%"],
    ["/home/a/$HOME", "/home/a/$$HOME"],
    ['/home/a/"x" \\y', '"/home/a/\\"x\\" \\\\y"'],
    ["/home/a/it's", `"/home/a/it's"`],
    ["/home/a/new\nline", '"/home/a/new\\x0aline"'],
    ["/home/a/ünï", '"/home/a/ünï"'],
  ])("names %s as systemd reads it", async (mountPoint, named) => {
    const flags = ["--read-only", "--memory-cache=1GiB"];
    const unit = systemdUnit({ command: [process.execPath, "/a.js"], mountPoint, flags });
    expect(unit).toContain(
      `\nExecStart=${process.execPath} /a.js mount --read-only --memory-cache=1GiB -- ${named}\n`,
    );
    expect(unit).toContain(`\nExecStop=-${process.execPath} /a.js unmount -- ${named}\n`);
    expect(await objections(unit)).toBe("");
    expect(await objections(unit.replace("forking", "spooning"))).toContain("spooning");
  });

  it("has the options of the command line, with paths that hold from any folder", async () => {
    const nowhere = { apiServer: "http://127.0.0.1:1", accessToken: "not-to-be-shown" };
    await mkdir(dir.join("at"));
    const options = ["--umask", "007", "--log-file", "x.log", "--timeout=5s", "--read-only"];
    const args = ["mount", "--systemd", ...options, dir.join("at/../at")];
    const { exitCode, output } = await runCli(args, nowhere, dir);
    expect(exitCode).toBe(0);
    const log = `--log-file=${process.cwd()}/x.log`;
    expect(output).toContain(
      ` mount --umask=007 ${log} --timeout=5s --read-only -- ${dir.join("at")}\n`,
    );
    expect(output).toContain(`ExecStart=${thisCommand()[0]} `);
    expect(output).toMatch(
      /warning: the service does not have these variables.* BASESPACE_ACCESS_TOKEN, .*XDG_.*; give --profile NAME/,
    );
    expect(output).not.toContain("not-to-be-shown");
    expect(output).not.toContain("does not exist");
  });

  it("comes with a warning of what the service lacks, and of nothing else", async () => {
    const variables = {
      BSMOUNT_NO_APT: "1",
      BASESPACE_PROFILE: "other",
      BASESPACE_API_SERVER: "https://a.example",
      BASESPACE_ACCESS_TOKEN: "abc",
      BSMOUNT_LOG: "",
      https_proxy: "http://proxy.example:80",
      XDG_STATE_HOME: "/x",
      XDG_CACHE_HOME: "/x",
    };
    await using home = await tempDir();
    const environment = { variables, home: home.path, uid: 0, gid: 0 };
    const names = async (given: GivenOptions): Promise<readonly string[]> =>
      await variablesOfShell(given, ["profile", "apiServer", "logLevel"], environment);
    const [server, token, profile] = [
      "BASESPACE_API_SERVER",
      "BASESPACE_ACCESS_TOKEN",
      "BASESPACE_PROFILE",
    ];
    expect(await names({})).toEqual([token, server, profile, "XDG_STATE_HOME", "https_proxy"]);
    const flags = { region: "use1", stateDir: "/y", accessTokenFile: "/z" };
    expect(await names(flags)).toEqual([profile, "https_proxy"]);
    expect(await names({ profile: "lab", stateDir: "/y" })).toEqual([token, server, "https_proxy"]);
    await mkdir(home.join(".basespace"));
    const text = "[DEFAULT]\napiServer = https://a.example\naccessToken = abc\n";
    await writeFile(home.join(".basespace/lab.cfg"), text, { mode: 0o600 });
    expect(await names({ profile: "lab", stateDir: "/y" })).toEqual(["https_proxy"]);
  });

  it("comes with a warning when the mount point does not exist", async () => {
    const nowhere = { apiServer: "http://127.0.0.1:1", accessToken: "abc" };
    const args = ["mount", "--systemd", dir.join("missing")];
    const { exitCode, output } = await runCli(args, nowhere, dir);
    expect(exitCode).toBe(0);
    expect(output).toContain(`warning: ${dir.join("missing")} does not exist`);
    expect(output).toContain(`mkdir -p ${dir.join("missing")}`);
  });
});
