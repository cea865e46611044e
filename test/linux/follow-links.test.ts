import { mkdir, realpath, symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { followLinks } from "../../src/linux/follow-links.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

let dir: TempDir;
let root: string;

beforeEach(async () => {
  dir = await tempDir();
  root = await realpath(dir.path);
});
afterEach(async () => await dir[Symbol.asyncDispose]());

const never = (): boolean => false;

describe("followLinks", () => {
  it("follows links to files and folders, relative and absolute, one behind the other", async () => {
    await mkdir(join(root, "real/inner"), { recursive: true });
    await symlink(join(root, "real"), join(root, "absolute"));
    await symlink("absolute/inner/..", join(root, "relative"));
    expect(await followLinks(join(root, "relative/inner"), never)).toEqual({
      path: join(root, "real/inner"),
      rest: [],
    });
  });

  it("takes names that do not exist as they are", async () => {
    const path = join(root, "none/at/all");
    expect(await followLinks(path, never)).toEqual({ path, rest: [] });
  });

  it("stops where isEnd is true, and neither follows nor reads anything there", async () => {
    await symlink("stop/inside", join(root, "link"));
    // The name is itself a link, which must not be followed.
    await symlink("/elsewhere", join(root, "stop"));
    const stop = join(root, "stop");
    expect(await followLinks(join(root, "link/a/b"), (path) => path === stop)).toEqual({
      path: stop,
      rest: ["inside", "a", "b"],
    });
  });

  it("distinguishes the last name from folders on the way", async () => {
    const lasts: string[] = [];
    await followLinks("/a/b", (path, isLast) => {
      if (isLast) lasts.push(path);
      return false;
    });
    expect(new Set(lasts)).toEqual(new Set(["/a/b"]));
  });

  it("refuses a circle of links", async () => {
    await symlink("b", join(root, "a"));
    await symlink("a", join(root, "b"));
    await expect(followLinks(join(root, "a"), never)).rejects.toMatchObject({
      reason: "usage",
      message: `${join(root, "a")} leads through too many symbolic links`,
    });
  });
});
