import { execFileSync } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MountedEntity } from "../../../src/index.ts";
import { type TempDir, tempDir } from "../../helpers/temp-dir.ts";

const usage = (text: RegExp): unknown =>
  expect.objectContaining({ reason: "usage", message: expect.stringMatching(text) as string });

let dir: TempDir;

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dir.join(path, ".."), { recursive: true });
    await writeFile(dir.join(path), text);
  }
}

beforeAll(async () => {
  dir = await tempDir();
  await write({
    "Projects/P/.id": "10",
    "Projects/P/.type": "projects",
    "Projects/P/.json": '{"Name":"P"}',
    "Projects/P/Files/a/x.vcf": "",
    "Projects/P/Files.metadata/a/x.vcf/.id": "60\n",
    "Projects/P/Files.metadata/a/x.vcf/.json": '{"Id":"60"}',
    "own/r/.id": "30\n",
    "own/r/.type": "appresults\n",
    "own/r/.name": "a/b\n",
    "own/r/.json": "[",
    "own/r/files/files/x": "",
    "bad/.id": "../x\n",
    "bad/.type": "samples\n",
    "bad/.json": "{}",
    "half/.id": "1",
    "plain/file": "",
  });
});

afterAll(async () => await dir[Symbol.asyncDispose]());

describe("a mounted entity", () => {
  it("is a folder with .id, .type and .json", async () => {
    const entity = await MountedEntity.read(`${dir.join("Projects/P")}/`);
    expect(entity).toMatchObject({ id: "10", type: "project", name: "P", filePath: undefined });
    expect(String(entity)).toBe(`${dir.join("Projects/P")} : (10) : (project)`);
    expect(await entity.metaData()).toEqual({ Name: "P" });
    expect(await entity.accessToken()).toBe(undefined);
  });

  it("is a file of BaseMount", async () => {
    const entity = await MountedEntity.read(dir.join("Projects/P/Files/a/x.vcf"));
    expect(entity).toMatchObject({ id: "60", type: "file", name: "x.vcf", filePath: undefined });
    expect(await entity.metaData()).toEqual({ Id: "60" });
  });

  it("is the entity to which a file of bsmount belongs", async () => {
    const file = await MountedEntity.read(dir.join("own/r/files/files/x"));
    expect(file).toMatchObject({ id: "30", type: "appresult", name: "x", filePath: "files/x" });
    const result = await MountedEntity.read(dir.join("own/r"));
    expect(result).toMatchObject({ name: "a/b", filePath: undefined });
    await expect(result.metaData()).rejects.toEqual(usage(/cannot be read as JSON/));
  });

  it.each([
    ["nothing", /nothing is there/],
    ["plain/file/below", /nothing is there/],
    ["half", /lacks \.id, \.type or \.json/],
    ["bad", /lacks \.id, \.type or \.json/],
    ["plain", /lacks/],
    ["plain/file", /no file below files\/ or Files\//],
  ])("is not %s", async (path, message) => {
    await expect(MountedEntity.read(dir.join(path))).rejects.toEqual(usage(message));
  });

  it("is read without waiting for a pipe, and without memory for an endless file", async () => {
    await write({ "odd/.type": "samples", "odd/.json": "{}" });
    execFileSync("mkfifo", [dir.join("odd/.id")]);
    await expect(MountedEntity.read(dir.join("odd"))).rejects.toEqual(usage(/lacks/));
    await write({ "endless/.type": "samples", "endless/.json": "{}" });
    await symlink("/dev/zero", dir.join("endless/.id"));
    await expect(MountedEntity.read(dir.join("endless"))).rejects.toEqual(usage(/lacks/));
  });

  it("has the token by which BaseMount shows it", async () => {
    await write({
      "Projects/P/.basemount/Config.cfg": "[DEFAULT]\naccesstoken = 0123456789abcdef\n",
    });
    const entity = await MountedEntity.read(dir.join("Projects/P"));
    expect(await entity.accessToken()).toBe("0123456789abcdef");
  });
});
