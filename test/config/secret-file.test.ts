import { chmod, chown, mkdir, symlink, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readPrivateFile } from "../../src/config/secret-file.ts";
import { runCommand } from "../helpers/run-command.ts";
import { tempDir, type TempDir } from "../helpers/temp-dir.ts";

let dir: TempDir;
let path: string;
beforeEach(async () => {
  dir = await tempDir();
  path = dir.join("secret");
});
afterEach(async () => await dir[Symbol.asyncDispose]());

it("is read where it is this user's own, through a link too; one that is missing is undefined", async () => {
  await writeFile(path, "text", { mode: 0o600 });
  await symlink(path, dir.join("link"));
  expect(await readPrivateFile(path)).toBe("text");
  expect(await readPrivateFile(dir.join("link"))).toBe("text");
  expect(await readPrivateFile(dir.join("none"))).toBeUndefined();
  expect(await readPrivateFile(`${path}/none`)).toBeUndefined();
});

it.each([
  ["others can read", async () => await chmod(path, 0o640), /others can read it/],
  [
    "is a folder",
    async () => {
      await mkdir(dir.join("folder"));
      path = dir.join("folder");
    },
    /is not a small regular file/,
  ],
  [
    "is a pipe, which nobody writes to",
    async () => {
      path = dir.join("pipe");
      await runCommand("mkfifo", ["-m", "600", path]);
    },
    /is not a small regular file/,
  ],
  [
    "is large",
    async () => await writeFile(path, Buffer.alloc(1024 * 1024 + 1)),
    /is not a small regular file/,
  ],
])("[S3] what %s is refused", async (_what, make, refused) => {
  await writeFile(path, "text", { mode: 0o600 });
  await make();
  await expect(readPrivateFile(path)).rejects.toMatchObject({
    reason: "usage",
    message: expect.stringMatching(refused),
  });
});

it.runIf(process.geteuid?.() === 0)("[S3] a file of another user is refused", async () => {
  await writeFile(path, "their token", { mode: 0o600 });
  await chown(path, 12_345, 12_345);
  await expect(readPrivateFile(path)).rejects.toMatchObject({
    reason: "usage",
    message: `${path} contains a secret and belongs to user 12345`,
  });
});
