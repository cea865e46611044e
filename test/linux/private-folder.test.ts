import { chmod, chown, mkdir, stat, symlink } from "node:fs/promises";
import process from "node:process";
import { describe, expect, it } from "vitest";
import { ensurePrivateFolder, ensureSafeFolder } from "../../src/linux/private-folder.ts";
import { tempDir } from "../helpers/temp-dir.ts";

const uid = process.getuid?.() ?? 0;

describe("ensurePrivateFolder", () => {
  it("[S3] makes a folder that only its owner can enter", async () => {
    await using dir = await tempDir();
    await ensurePrivateFolder(dir.join("a/b"));
    expect((await stat(dir.join("a/b"))).mode & 0o777).toBe(0o700);
  });

  it("[S3] refuses a symlink, a folder that others can write to, and another user's", async () => {
    await using dir = await tempDir();
    await mkdir(dir.join("open"));
    await chmod(dir.join("open"), 0o777);
    await symlink(dir.path, dir.join("link"));
    await expect(ensurePrivateFolder(dir.join("open"))).rejects.toThrow(/writable by others/);
    await expect(ensurePrivateFolder(dir.join("link"))).rejects.toThrow(/symbolic link/);
    await mkdir(dir.join("mine"), { mode: 0o700 });
    await expect(ensurePrivateFolder(dir.join("mine"), uid + 1)).rejects.toThrow(/belongs to user/);
  });
});

describe("ensureSafeFolder", () => {
  it.each([
    ["a new one", undefined, undefined],
    ["one of its own", 0o755, undefined],
    ["a sticky one, which everybody may use", 0o1777, undefined],
    ["one that others can write to", 0o777, /is writable by others\b/],
    ["one that its own group can write to", 0o775, undefined],
  ])("takes or refuses %s, through a link as well", async (_what, mode, refused) => {
    await using dir = await tempDir();
    const path = dir.join("folder");
    if (mode !== undefined) {
      await mkdir(path);
      await chmod(path, mode);
      await symlink(path, dir.join("link"));
    }
    for (const name of mode === undefined ? ["folder"] : ["folder", "link"]) {
      const made = ensureSafeFolder(dir.join(name));
      if (refused === undefined) await made;
      else await expect(made).rejects.toThrow(refused);
    }
    expect((await stat(path)).mode & 0o7777).toBe(mode ?? 0o700);
  });

  it.runIf(uid === 0)("refuses another user's, whatever its mode", async () => {
    await using dir = await tempDir();
    await mkdir(dir.join("folder"), { mode: 0o700 });
    await chown(dir.join("folder"), 12_345, 12_345);
    await expect(ensureSafeFolder(dir.join("folder"))).rejects.toThrow(/belongs to user 12345/);
  });
});
