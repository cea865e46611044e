import { mkdir, stat, symlink } from "node:fs/promises";
import { expect, it, vi } from "vitest";
import { usableLockFolder } from "../../src/core/user-folders.ts";
import { tempDir } from "../helpers/temp-dir.ts";

it("locks are kept in the folder that is named, and made for its owner alone", async () => {
  await using dir = await tempDir();
  expect(await usableLockFolder(dir.join("state/locks"))).toBe(dir.join("state/locks"));
  expect((await stat(dir.join("state/locks"))).mode & 0o777).toBe(0o700);
});

it("who has no folder of that kind keeps them below the one for temporary files", async () => {
  await using dir = await tempDir();
  vi.stubEnv("TMPDIR", dir.path);
  try {
    const other = dir.join(`bsmount-locks-${process.geteuid?.()}`);
    expect(await usableLockFolder("/proc/state/locks")).toBe(other);
    expect((await stat(other)).mode & 0o777).toBe(0o700);
  } finally {
    vi.unstubAllEnvs();
  }
});

it("[S3] a folder that somebody put there is not taken", async () => {
  await using dir = await tempDir();
  await mkdir(dir.join("theirs"), { mode: 0o700 });
  await symlink(dir.join("theirs"), dir.join(`bsmount-locks-${process.geteuid?.()}`));
  vi.stubEnv("TMPDIR", dir.path);
  try {
    await expect(usableLockFolder("/proc/state/locks")).rejects.toThrow(/symbolic link/);
  } finally {
    vi.unstubAllEnvs();
  }
});
