import { chmod, mkdir, stat, symlink } from "node:fs/promises";
import process from "node:process";
import { describe, expect, it } from "vitest";
import { ensurePrivateFolder } from "../../src/config/folders.ts";
import { tempDir } from "../helpers/temp-dir.ts";

const uid = process.getuid?.() ?? 0;

describe("ensurePrivateFolder", () => {
  it("[S3] makes a folder that only its owner can enter", async () => {
    await using dir = await tempDir();
    await ensurePrivateFolder(dir.join("a/b"), uid);
    expect((await stat(dir.join("a/b"))).mode & 0o777).toBe(0o700);
  });

  it("[S3] refuses a symlink, a folder that others can write to, and another user's", async () => {
    await using dir = await tempDir();
    await mkdir(dir.join("open"));
    await chmod(dir.join("open"), 0o777);
    await symlink(dir.path, dir.join("link"));
    await expect(ensurePrivateFolder(dir.join("open"), uid)).rejects.toThrow(/writable by others/);
    await expect(ensurePrivateFolder(dir.join("link"), uid)).rejects.toThrow(/symbolic link/);
    await mkdir(dir.join("mine"), { mode: 0o700 });
    await expect(ensurePrivateFolder(dir.join("mine"), uid + 1)).rejects.toThrow(/belongs to user/);
  });
});
