import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openLogFile } from "../../src/mount/log-file.ts";
import { runCommand } from "../helpers/run-command.ts";
import { tempDir, type TempDir } from "../helpers/temp-dir.ts";

const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

let dir: TempDir;
beforeEach(async () => {
  dir = await tempDir();
  await mkdir(dir.join("theirs"), { mode: 0o700 });
});
afterEach(async () => await dir[Symbol.asyncDispose]());

describe("[S3] the log of a mount", () => {
  it("is made in a folder that is made with it, both for their owner alone", async () => {
    const log = await openLogFile(dir.join("state/log/mount.log"), "info");
    log.logger.info("a line");
    await log[Symbol.asyncDispose]();
    expect((await stat(dir.join("state/log"))).mode & 0o777).toBe(0o700);
    expect((await stat(log.path)).mode & 0o777).toBe(0o600);
    expect(await readFile(log.path, "utf8")).toContain("a line");
  });

  it.each([
    ["a link", async (at: string) => await symlink(dir.join("theirs/new"), at), /symbolic link/],
    [
      "a link to a file of one's own",
      async (at: string) => {
        await writeFile(dir.join("theirs/old"), "kept");
        await symlink(dir.join("theirs/old"), at);
      },
      /symbolic link/,
    ],
    ["a folder", async (at: string) => await mkdir(at), /not a regular file/],
    ["a pipe", async (at: string) => void (await runCommand("mkfifo", [at])), /not a regular file/],
    [
      "nothing, in a folder that everybody writes to",
      async () => await chmod(dir.path, 0o1777),
      /others can create files in its folder/,
    ],
    [
      "nothing, in a folder where others can replace it",
      async () => await chmod(dir.path, 0o777),
      /writable by others/,
    ],
  ])("is not written where there is %s", async (_what, plant, refused) => {
    await plant(dir.join("mount.log"));
    await expect(openLogFile(dir.join("mount.log"), "info")).rejects.toThrow(refused);
    for (const name of await readdir(dir.join("theirs"))) {
      expect([name, await readFile(dir.join("theirs", name), "utf8")]).toEqual(["old", "kept"]);
    }
  });

  it("is made by no mount whose state folder is a link", async () => {
    await symlink(dir.join("theirs"), dir.join("state"));
    await mkdir(dir.join("mnt"));
    const args = ["mount", dir.join("mnt"), "--state-dir", dir.join("state")];
    const env = { HOME: dir.path, BASESPACE_ACCESS_TOKEN: "a-token" };
    const { code, stderr } = await runCommand(process.execPath, [CLI, ...args], { env });
    expect(code).not.toBe(0);
    expect(stderr).toContain("a symbolic link is not accepted");
    expect(await readdir(dir.join("theirs"))).toEqual([]);
  });
});
