import { chmod, readdir, readFile, stat, symlink, writeFile, appendFile } from "node:fs/promises";
import { createHash, randomBytes } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { copyLocally, type LocalCopy } from "../../src/cli/uploads/local-copy.ts";
import { neverAborted } from "../../src/core/abort.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

let dir: TempDir;
const BYTES = randomBytes(9_000_000);

beforeEach(async () => {
  dir = await tempDir();
  await writeFile(dir.join("source"), BYTES);
});

afterEach(async () => await dir[Symbol.asyncDispose]());

async function copy(more: Partial<Parameters<typeof copyLocally>[0]> = {}): Promise<LocalCopy> {
  return await copyLocally({
    source: dir.join("source"),
    target: dir.join("target"),
    overwrites: false,
    onProgress: () => {},
    signal: neverAborted,
    ...more,
  });
}

test("[W24] a copy has every byte, is its user's alone, and reports what it has", async () => {
  const seen: number[] = [];
  const sha256 = createHash("sha256").update(BYTES).digest("hex");
  expect(await copy({ onProgress: (bytes) => seen.push(bytes) })).toEqual({
    sizeBytes: BYTES.length,
    sha256,
  });
  expect((await readFile(dir.join("target"))).equals(BYTES)).toBe(true);
  expect((await stat(dir.join("target"))).mode & 0o777).toBe(0o600);
  expect(seen.at(-1)).toBe(BYTES.length);
});

test.each(["before", "meanwhile"])(
  "[W24] a file that was there %s is not overwritten",
  async (when) => {
    if (when === "before") await writeFile(dir.join("target"), "mine");
    const make = (): void => {
      if (when === "meanwhile") made = writeFile(dir.join("target"), "mine");
    };
    let made: Promise<void> | undefined;
    await expect(copy({ onProgress: make })).rejects.toMatchObject({ reason: "exists" });
    await made;
    expect(await readFile(dir.join("target"), "utf8")).toBe("mine");
    expect((await readdir(dir.path)).toSorted()).toEqual(["source", "target"]);
    await copy({ overwrites: true });
    expect((await readFile(dir.join("target"))).equals(BYTES)).toBe(true);
  },
);

test("[W24] a source that is written meanwhile leaves no copy", async () => {
  let appended: Promise<void> | undefined;
  const onProgress = (): void => {
    appended ??= appendFile(dir.join("source"), "more");
  };
  await expect(copy({ onProgress })).rejects.toMatchObject({ reason: "changed" });
  await appended;
  expect(await readdir(dir.path)).toEqual(["source"]);
});

test("[W24] an interrupted copy and a link in place of the source leave nothing behind", async () => {
  const interrupted = new AbortController();
  const onProgress = (): void => interrupted.abort(new Error("Ctrl-C"));
  await expect(copy({ onProgress, signal: interrupted.signal })).rejects.toThrow("Ctrl-C");
  await symlink(dir.join("source"), dir.join("link"));
  await expect(copy({ source: dir.join("link") })).rejects.toMatchObject({ reason: "environment" });
  await chmod(dir.join("source"), 0o600);
  expect((await readdir(dir.path)).toSorted()).toEqual(["link", "source"]);
});
