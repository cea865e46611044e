import { mkdir, readdir, stat, symlink } from "node:fs/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { lockLocalFile } from "../../src/api/transfers/local-file-lock.ts";
import { runCommand } from "../helpers/run-command.ts";
import { tempDir, type TempDir } from "../helpers/temp-dir.ts";

let dir: TempDir;
let use: { readonly path: string; readonly what: string };
beforeEach(async () => {
  dir = await tempDir();
  use = { path: dir.join("file"), what: "file is being copied" };
  vi.stubEnv("TMPDIR", dir.path);
  vi.stubEnv("XDG_RUNTIME_DIR", "");
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await dir[Symbol.asyncDispose]();
});

const own = (): string => dir.join(`bsmount-locks-${process.geteuid?.()}`);

test("[S3] locks are kept in the folder that is named, made for its owner alone", async () => {
  const lockFolder = dir.join("state/locks");
  const lock = await lockLocalFile({ ...use, lockFolder });
  expect((await stat(lockFolder)).mode & 0o777).toBe(0o700);
  expect(await readdir(lockFolder)).toHaveLength(2);
  await expect(lockLocalFile({ ...use, lockFolder })).rejects.toThrow(
    "file is being copied by this process already",
  );
  await lock[Symbol.asyncDispose]();
  expect(await readdir(lockFolder)).toEqual([]);
});

test("who has no such folder keeps them below the one for temporary files", async () => {
  const lockFolder = "/proc/state/locks";
  await using _lock = await lockLocalFile({ ...use, lockFolder });
  expect(await readdir(own())).toHaveLength(2);
  await expect(lockLocalFile({ ...use, lockFolder })).rejects.toMatchObject({ reason: "busy" });
});

test.runIf(process.geteuid?.() === 0)("so does who has a full disk there", async () => {
  const lockFolder = dir.join("full");
  await mkdir(lockFolder, { mode: 0o700 });
  const options = ["-t", "tmpfs", "-o", "size=4k,nr_inodes=1,mode=700", "none", lockFolder];
  expect(await runCommand("mount", options)).toMatchObject({ code: 0 });
  try {
    await using _lock = await lockLocalFile({ ...use, lockFolder });
    expect(await readdir(own())).toHaveLength(2);
  } finally {
    await runCommand("umount", [lockFolder]);
  }
});

test("[S3] a folder that another user created is not used, and the error says what to do", async () => {
  await mkdir(dir.join("theirs"), { mode: 0o700 });
  await symlink(dir.join("theirs"), own());
  await expect(lockLocalFile({ ...use, lockFolder: "/proc/state/locks" })).rejects.toMatchObject({
    reason: "environment",
    remedy: expect.stringContaining("XDG_STATE_HOME"),
  });
  expect(await readdir(dir.join("theirs"))).toEqual([]);
});
