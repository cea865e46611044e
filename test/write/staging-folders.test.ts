import { createHash } from "node:crypto";
import { mkdir, readdir, rename, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { StagingFolders } from "../../src/write/staging-folders.ts";
import { journalLine } from "../../src/write/journal-text.ts";
import { Staging } from "../../src/write/staging.ts";
import type { AppResultId } from "../../src/core/ids.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

const OWNER = { apiServer: "https://api.example.test", userId: "1" };
const AT = { appResultId: "7" as AppResultId, resultPath: "/projects/P/appresults/R", path: "f" };
const DAY_MS = 24 * 60 * 60_000;

function folders(dir: TempDir, current: string): StagingFolders {
  const records = dir.join("staging-folders");
  return new StagingFolders({ current, usual: dir.join("staging"), records });
}

/** A session that stages one byte in `current`; the bytes stay when it ends. */
async function stageIn(dir: TempDir, current: string): Promise<Staging> {
  const staging = new Staging(current, { owner: OWNER, folders: folders(dir, current) });
  const { bytes } = await staging.createFile(AT);
  await bytes.write(0, Buffer.from("x"));
  await bytes.close();
  return staging;
}

it("[W15] a staging folder that was used once is searched for leftovers as long as there are any", async () => {
  await using dir = await tempDir();
  const [yesterday, today] = [dir.join("yesterday"), dir.join("today")];
  await mkdir(yesterday);
  await (await stageIn(dir, yesterday))[Symbol.asyncDispose]();
  const known = folders(dir, today);
  expect(await known.all()).toEqual([today, dir.join("staging"), yesterday]);
  expect((await known.uploads()).map(({ resultFile }) => resultFile?.path)).toEqual(["f"]);
  const next = new Staging(today, { owner: OWNER, folders: known });
  const [left] = await next.adopt((path, error) => expect([path, error]).toEqual([]));
  expect(left?.path).toContain(`${yesterday}/mount-`);
  await rm(left?.path ?? "");
  await next[Symbol.asyncDispose]();
  expect(await known.all()).toEqual([today, dir.join("staging")]);
  expect(await readdir(dir.join("staging-folders"))).toEqual([]);
});

it("[W15] the end of one session does not forget the folder that another one uses", async () => {
  await using dir = await tempDir();
  const current = dir.join("shared");
  await mkdir(current);
  await using _first = await stageIn(dir, current);
  const second = await stageIn(dir, current);
  for (const name of await readdir(current)) {
    if (name.startsWith("mount-")) continue;
    expect(name).toMatch(/lock/);
  }
  await second[Symbol.asyncDispose]();
  expect(await folders(dir, dir.join("other")).all()).toContain(current);
});

it("a folder that is not there is told, and not searched, until a month has passed", async () => {
  await using dir = await tempDir();
  const current = dir.join("unmounted");
  await mkdir(current);
  await (await stageIn(dir, current))[Symbol.asyncDispose]();
  await rm(current, { recursive: true });
  const other = folders(dir, dir.join("other"));
  expect(await other.missing()).toEqual([current]);
  expect(await other.all()).not.toContain(current);
  await other.noteUse();
  await other.noteEnd();
  expect(await other.missing()).toContain(current);
  const [record] = await readdir(dir.join("staging-folders"));
  for (const name of await readdir(dir.join("staging-folders"))) {
    const before = new Date(Date.now() - 31 * DAY_MS);
    await utimes(join(dir.join("staging-folders"), name), before, before);
  }
  expect(record).toBeDefined();
  await other.noteUse();
  expect(await other.missing()).not.toContain(current);
});

it("[W15] a folder that has the path of one whose disk is away does not make it forgotten", async () => {
  await using dir = await tempDir();
  const current = dir.join("scratch");
  await mkdir(current);
  await (await stageIn(dir, current))[Symbol.asyncDispose]();
  await rename(current, dir.join("away"));
  const known = folders(dir, current);
  const next = new Staging(current, { owner: OWNER, folders: known });
  await rm((await next.createFile(AT)).bytes.path);
  await next[Symbol.asyncDispose]();
  expect(await known.missing()).toEqual([current]);
  await rm(current, { recursive: true });
  await rename(dir.join("away"), current);
  const other = folders(dir, dir.join("other"));
  expect(await other.missing()).toEqual([]);
  expect(await other.uploads()).toMatchObject([{ resultFile: { path: "f" } }]);
});

it("[W15] the end of a session does not forget what another machine has at the same path", async () => {
  await using dir = await tempDir();
  const current = dir.join("scratch");
  await mkdir(current);
  const records = dir.join("staging-folders");
  await mkdir(records);
  const record = { path: current, machine: "1f 2e other", folder: "12 34" };
  const text = JSON.stringify([record.path, record.machine, record.folder]);
  const name = createHash("sha256").update(text).digest("hex").slice(0, 32);
  await writeFile(join(records, name), JSON.stringify(record));
  const staging = new Staging(current, { owner: OWNER, folders: folders(dir, current) });
  await rm((await staging.createFile(AT)).bytes.path);
  await staging[Symbol.asyncDispose]();
  expect(await readdir(records)).toEqual([name]);
});

it("[W15] a folder in which another container stages files is not empty", async () => {
  await using dir = await tempDir();
  const current = dir.join("shared");
  await mkdir(current);
  await (await stageIn(dir, current))[Symbol.asyncDispose]();
  const [folder = ""] = (await readdir(current)).filter((one) => one.startsWith("mount-"));
  const elsewhere = { host: "other", id: "other", boot: "other", processes: "other" };
  const header = { format: 2, ...OWNER, pid: 1, startTicks: "1", machine: elsewhere };
  await writeFile(join(current, folder, "journal"), journalLine(0, header));
  const known = folders(dir, dir.join("other"));
  await known.noteEnd();
  expect(await known.all()).toContain(current);
});

it("the usual folder needs no record", async () => {
  await using dir = await tempDir();
  await (await stageIn(dir, dir.join("staging")))[Symbol.asyncDispose]();
  await expect(readdir(dir.join("staging-folders"))).rejects.toThrow("ENOENT");
  expect(await folders(dir, dir.join("today")).uploads()).toHaveLength(1);
});
