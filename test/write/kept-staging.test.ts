import { mkdir, readdir, readFile, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AppResultId } from "../../src/core/ids.ts";
import { JOURNAL_NAME } from "../../src/write/journal.ts";
import { journalLine } from "../../src/write/journal-text.ts";
import { stagedUploads, tidyStaging } from "../../src/write/leftovers.ts";
import { type StagedBytes, StagingFolder } from "../../src/write/staging-folder.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

/* What is kept of a staging folder, and whose it is taken for. */

const OWNER = { apiServer: "http://127.0.0.1:1", userId: "1" };
const RESULT = { appResultId: "7" as AppResultId, resultPath: "/projects/p/appresults/r" };

let dir: TempDir;
let parent: string;

beforeEach(async () => {
  dir = await tempDir();
  parent = dir.join("real/staging");
  await mkdir(dir.join("real"));
  return async () => await dir[Symbol.asyncDispose]();
});

async function staged(folder: StagingFolder, path: string): Promise<StagedBytes> {
  const file = await folder.createFile({ ...RESULT, path });
  await file.bytes.write(0, Buffer.from("accepted"));
  return file;
}

describe("a folder of a process that has ended, whose journal lost lines", () => {
  let folder: string;

  beforeEach(async () => {
    const ending = await StagingFolder.create(parent, OWNER);
    folder = ending.path;
    for (const path of ["x", "y"]) await (await staged(ending, path)).bytes.close();
    const empty = await ending.createFile({ ...RESULT, path: "z" });
    await empty.bytes.close();
    await ending[Symbol.asyncDispose]();
  });

  it.each<[string, (lines: string[]) => string[]]>([
    ["all", () => []],
    ["the first", ([, ...lines]) => lines],
    ["those of a file", (lines) => lines.filter((line) => !line.includes('"path":"y"'))],
    ["a part of one", (lines) => lines.map((line) => line.replace('"path":"y"', "\0\0\0"))],
  ])("keeps and shows all bytes: %s", async (_what, lose) => {
    const journal = join(folder, JOURNAL_NAME);
    const lines = (await readFile(journal, "utf8")).split("\n");
    await writeFile(journal, lose(lines).join("\n"));
    const left = await tidyStaging(parent);
    const shown = await stagedUploads(parent);
    for (const uploads of [left, shown]) {
      expect(uploads.filter(({ sizeBytes }) => sizeBytes === 8)).toHaveLength(2);
    }
    expect(await readFile(join(folder, "1"), "utf8")).toBe("accepted");
    expect(await readFile(join(folder, "2"), "utf8")).toBe("accepted");
  });

  it("removes an empty file that no line names", async () => {
    await truncate(join(folder, JOURNAL_NAME));
    await tidyStaging(parent);
    await expect(readFile(join(folder, "3"))).rejects.toThrow("ENOENT");
  });
});

describe("a folder of a live process, reached through a link", () => {
  let live: StagingFolder;

  beforeEach(async () => {
    await symlink(dir.join("real"), dir.join("link"));
    live = await StagingFolder.create(parent, OWNER);
  });

  afterEach(async () => await live[Symbol.asyncDispose]());

  it("is seen as live", async () => {
    const file = await staged(live, "x");
    expect(await stagedUploads(dir.join("link/staging"))).toMatchObject([{ isLive: true }]);
    await file.bytes.close();
  });

  it("stays as it is when it holds nothing but finished files", async () => {
    const file = await staged(live, "x");
    file.journal.recordFinish();
    await file.journal.recordChange();
    file.journal.recordFinish();
    await expect.poll(async () => await stagedUploads(parent)).toEqual([]);
    expect(await tidyStaging(dir.join("link/staging"))).toEqual([]);
    expect(await readFile(file.bytes.path, "utf8")).toBe("accepted");
    await file.bytes.close();
  });

  it("is live too when it was made by way of the link", async () => {
    const linked = await StagingFolder.create(dir.join("link/staging"), OWNER);
    const file = await staged(linked, "x");
    expect(await tidyStaging(parent)).toEqual([]);
    expect(await stagedUploads(parent)).toMatchObject([{ isLive: true }]);
    await file.bytes.discard();
    await linked[Symbol.asyncDispose]();
  });
});

describe("a folder of another machine or container", () => {
  it("is shown as one that may live, and stays as it is", async () => {
    const folder = await StagingFolder.create(parent, OWNER);
    const done = await staged(folder, "done");
    done.journal.recordFinish();
    await staged(folder, "x").then(async ({ bytes }) => await bytes.write(0, Buffer.from("x")));
    await folder[Symbol.asyncDispose]();
    const journal = join(folder.path, JOURNAL_NAME);
    const [first = "", ...lines] = (await readFile(journal, "utf8")).split("\n");
    const header = JSON.parse(first.slice(9)) as { readonly machine: object };
    const machine = { ...header.machine, boot: "1", host: "node7" };
    const text = journalLine(0, { ...header, machine }) + lines.join("\n");
    await writeFile(journal, text);
    expect(await tidyStaging(parent)).toEqual([]);
    expect((await readdir(folder.path)).toSorted()).toEqual(["1", "2", "journal"]);
    expect(await stagedUploads(parent)).toMatchObject([{ isLive: true, host: "node7" }]);
  });
});
