import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFile,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AppResultId } from "../../src/core/ids.ts";
import { takeLock } from "../../src/linux/process-lock.ts";
import type { JournalLine } from "../../src/write/journal-events.ts";
import { type StagedUpload, stagedUploads, tidyStaging } from "../../src/write/leftovers.ts";
import { stagingLockOf } from "../../src/write/staging-folder.ts";
import { runCommand } from "../helpers/run-command.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";
import { OWNER } from "../helpers/upload-world.ts";

/* What a mount that ended left in staging, for the next one. */

const RESULT = { appResultId: "3" as AppResultId, resultPath: "/projects/p/appresults/r" };
const PID = 4242;

let parent: TempDir;

beforeEach(async () => {
  parent = await tempDir();
});

afterEach(async () => await parent[Symbol.asyncDispose]());

const ownerLine = JSON.stringify({ format: 1, ...OWNER, pid: PID });
const begun = (file: string): JournalLine => ({
  file,
  event: "begun",
  ...RESULT,
  path: `f${file}`,
});

interface Left {
  /** Lines, or text as it is. */
  readonly journal?: readonly (JournalLine | string)[];
  readonly files: Readonly<Record<string, string>>;
}

/** A folder as a process leaves it that was killed. */
async function left(name: string, { journal, files }: Left): Promise<string> {
  const folder = parent.join(name);
  await mkdir(folder);
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
  if (journal === undefined) return folder;
  const lines = journal.map((line) => (typeof line === "string" ? line : JSON.stringify(line)));
  await writeFile(join(folder, "journal"), `${[ownerLine, ...lines].join("\n")}\n`);
  return folder;
}

const shown = (uploads: readonly StagedUpload[]): string[] =>
  uploads.map(({ file, sizeBytes, resultFile }) => {
    return `${file.slice(parent.path.length + 1)} ${sizeBytes} ${resultFile?.path ?? "?"}`;
  });

async function names(folder: string): Promise<string[]> {
  return (await readdir(folder)).toSorted();
}

test("without a folder there is nothing, and nothing is made", async () => {
  expect(await stagedUploads(parent.join("none"))).toEqual([]);
  expect(await tidyStaging(parent.join("none"))).toEqual([]);
  expect(await readdir(parent.path)).toEqual([]);
});

test("a staged upload is described as its journal says, oldest first", async () => {
  const folder = await left("mount-00000000000a", {
    journal: [begun("1"), begun("2"), { file: "2", event: "failed", why: "no net" }],
    files: { "1": "one", "2": "second" },
  });
  const [older, newer] = [new Date(1_600_000_000_000), new Date(1_700_000_000_000)];
  await utimes(join(folder, "1"), newer, newer);
  await utimes(join(folder, "2"), older, older);
  const common = { isLive: false, pid: PID, ...OWNER, state: "open" };
  expect(await stagedUploads(parent.path)).toEqual([
    {
      ...common,
      file: join(folder, "2"),
      sizeBytes: 6,
      modified: older,
      resultFile: { ...RESULT, path: "f2" },
      why: "no net",
    },
    {
      ...common,
      file: join(folder, "1"),
      sizeBytes: 3,
      modified: newer,
      resultFile: { ...RESULT, path: "f1" },
    },
  ]);
});

describe("tidying", () => {
  test("removes what BaseSpace has, and nothing that it lacks", async () => {
    const folder = await left("mount-00000000000a", {
      journal: [
        begun("1"),
        begun("2"),
        { file: "2", event: "finished" },
        begun("3"),
        { file: "3", event: "finished" },
        { file: "3", event: "changed" },
        begun("4"),
        { file: "4", event: "failed", why: "no net" },
        begun("5"),
      ],
      files: { "1": "one", "2": "two", "3": "three", "4": "four", "5": "" },
    });
    const kept = [
      "mount-00000000000a/1 3 f1",
      "mount-00000000000a/3 5 f3",
      "mount-00000000000a/4 4 f4",
      "mount-00000000000a/5 0 f5",
    ];
    expect(shown(await stagedUploads(parent.path)).toSorted()).toEqual(kept);
    expect(shown(await tidyStaging(parent.path))).toEqual(kept);
    expect(await names(folder)).toEqual(["1", "3", "4", "5", "journal"]);
    expect(shown(await tidyStaging(parent.path))).toEqual(kept);
  });

  test.each([
    ["only finished files", [begun("1"), { file: "1", event: "finished" }], { "1": "one" }],
    ["files that were never begun", [], { "1": "" }],
    ["no files", [begun("1")], {}],
    ["the journal that was to take its place", [], { "journal.new": "{}" }],
  ] as const)("removes a folder with %s", async (_title, journal, files) => {
    await left("mount-00000000000a", { journal, files });
    await left("mount-00000000000b", { journal: [begun("1")], files: { "1": "one" } });
    expect(shown(await stagedUploads(parent.path))).toEqual(["mount-00000000000b/1 3 f1"]);
    expect(shown(await tidyStaging(parent.path))).toEqual(["mount-00000000000b/1 3 f1"]);
    expect(await readdir(parent.path)).toEqual(["mount-00000000000b"]);
  });

  test("removes a folder that was only made", async () => {
    await left("mount-00000000000a", { files: {} });
    expect(await tidyStaging(parent.path)).toEqual([]);
    expect(await readdir(parent.path)).toEqual([]);
  });

  test("keeps bytes whose line a power cut took", async () => {
    const folder = await left("mount-00000000000a", {
      journal: [],
      files: { "1": "bytes", "2": "" },
    });
    expect(shown(await tidyStaging(parent.path))).toEqual(["mount-00000000000a/1 5 ?"]);
    expect(await names(folder)).toEqual(["1", "journal"]);
  });

  test("removes what nobody needs of what a mount makes, and nothing else", async () => {
    const folder = await left("mount-00000000000a", {
      journal: [begun("1")],
      files: { "1": "one", "journal.new": "{}" },
    });
    await mkdir(join(folder, "7"));
    await writeFile(parent.join("precious"), "kept");
    await symlink(parent.join("precious"), join(folder, "8"));
    expect(shown(await tidyStaging(parent.path))).toEqual(["mount-00000000000a/1 3 f1"]);
    expect(await names(folder)).toEqual(["1", "7", "journal", "journal.new"]);
    expect((await stat(parent.join("precious"))).size).toBe(4);
  });

  test("leaves everything that is no folder of a mount", async () => {
    await mkdir(parent.join("other"));
    await writeFile(parent.join("other", "1"), "bytes");
    await writeFile(parent.join("mount-00000000f11e"), "bytes");
    await mkdir(parent.join("target"));
    await writeFile(parent.join("target", "1"), "bytes");
    await symlink(parent.join("target"), parent.join("mount-00000000f22f"));
    expect(await stagedUploads(parent.path)).toEqual([]);
    expect(await tidyStaging(parent.path)).toEqual([]);
    expect(await names(parent.path)).toEqual([
      "mount-00000000f11e",
      "mount-00000000f22f",
      "other",
      "target",
    ]);
    expect(await readdir(parent.join("target"))).toEqual(["1"]);
  });

  test("leaves a folder whose owner lives", async () => {
    const folder = await left("mount-00000000000a", {
      journal: [begun("1"), begun("2"), { file: "2", event: "finished" }],
      files: { "1": "one", "2": "two" },
    });
    const lock = await takeLock(stagingLockOf(folder));
    try {
      expect(await tidyStaging(parent.path)).toEqual([]);
      expect(await names(folder)).toEqual(["1", "2", "journal"]);
      expect(await stagedUploads(parent.path)).toMatchObject([{ isLive: true, sizeBytes: 3 }]);
    } finally {
      await lock?.[Symbol.asyncDispose]();
    }
    expect(shown(await tidyStaging(parent.path))).toEqual(["mount-00000000000a/1 3 f1"]);
    // The lock was released.
    const again = await takeLock(stagingLockOf(folder));
    expect(again).toBeDefined();
    await again?.[Symbol.asyncDispose]();
  });
});

test("a folder whose lock somebody removed is its owner's while that runs", async () => {
  const owner = spawn("sleep", ["60"], { stdio: "ignore" });
  try {
    const text = await readFile(`/proc/${owner.pid}/stat`, "utf8");
    const startTicks = text.slice(text.lastIndexOf(")") + 2).split(" ")[19];
    const folder = await left("mount-00000000000a", { files: { "1": "one" } });
    const first = JSON.stringify({ format: 1, ...OWNER, pid: owner.pid, startTicks });
    const finished = { file: "1", event: "finished" };
    const lines = [first, JSON.stringify(begun("1")), JSON.stringify(finished)];
    await writeFile(join(folder, "journal"), `${lines.join("\n")}\n`);
    expect(await tidyStaging(parent.path)).toEqual([]);
    expect(await names(folder)).toEqual(["1", "journal"]);
  } finally {
    const ended = once(owner, "exit");
    owner.kill("SIGKILL");
    await ended;
  }
  expect(await tidyStaging(parent.path)).toEqual([]);
  expect(await readdir(parent.path)).toEqual([]);
});

describe("a mount that dies while the next one tidies", () => {
  test("leaves what it wrote last", async () => {
    const many = Array.from({ length: 2000 }, (_, at) => `${at + 1}`);
    const first = await left("mount-00000000000a", {
      journal: many.flatMap((file) => [begun(file), { file, event: "finished" as const }]),
      files: Object.fromEntries(many.map((file) => [file, "done"])),
    });
    const second = await left("mount-00000000000b", {
      journal: [begun("1"), { file: "1", event: "finished" }],
      files: { "1": "kept" },
    });
    const tidying = tidyStaging(parent.path);
    await expect
      .poll(async () => (await readdir(first)).length, { interval: 1, timeout: 20_000 })
      .toBeLessThan(1999);
    const more = [{ file: "1", event: "changed" }, begun("2")].map((line) => JSON.stringify(line));
    await appendFile(join(second, "journal"), `${more.join("\n")}\n`);
    await writeFile(join(second, "1"), "kept and changed");
    await writeFile(join(second, "2"), "");
    const found = shown(await tidying);
    expect(found).toEqual(["mount-00000000000b/1 16 f1", "mount-00000000000b/2 0 f2"]);
    expect(await names(second)).toEqual(["1", "2", "journal"]);
  });
});

test.runIf(process.geteuid?.() === 0)(
  "what a live mount has is not taken for left behind through another mount of the folder",
  async () => {
    await using other = await tempDir();
    const folder = await left("mount-00000000000a", {
      journal: [begun("1"), { file: "1", event: "finished" }, begun("2")],
      files: { "1": "one", "2": "two" },
    });
    const lock = await takeLock(stagingLockOf(folder));
    expect(await runCommand("mount", ["--bind", parent.path, other.path])).toMatchObject({
      code: 0,
    });
    try {
      expect(await tidyStaging(other.path)).toEqual([]);
      expect(await names(folder)).toEqual(["1", "2", "journal"]);
      expect(await stagedUploads(other.path)).toMatchObject([{ isLive: true, sizeBytes: 3 }]);
    } finally {
      await runCommand("umount", [other.path]);
      await lock?.[Symbol.asyncDispose]();
    }
  },
);

describe("a journal that cannot be read", () => {
  const whole = { journal: [begun("1"), { file: "1", event: "finished" }] as const };
  const files = { "1": "one", "2": "", "journal.new": "x" };

  test.each<readonly [string, (journal: string) => Promise<void>]>([
    ["was removed", async (journal) => await rm(journal)],
    [
      "is a directory",
      async (journal) => {
        await rm(journal);
        await mkdir(journal);
      },
    ],
    [
      "is a link to another one",
      async (journal) => {
        await rm(journal);
        await writeFile(parent.join("elsewhere"), `${ownerLine}\n${JSON.stringify(begun("1"))}\n`);
        await symlink(parent.join("elsewhere"), journal);
      },
    ],
    [
      "is a pipe",
      async (journal) => {
        await rm(journal);
        await once(spawn("mkfifo", [journal]), "close");
      },
    ],
    ["is too long", async (journal) => await truncate(journal, 64 * 1024 * 1024 + 1)],
  ])("because it %s keeps everything", async (_title, spoil) => {
    const folder = await left("mount-00000000000a", { ...whole, files });
    await spoil(join(folder, "journal"));
    const before = await names(folder);
    const kept = ["mount-00000000000a/1 3 ?", "mount-00000000000a/2 0 ?"];
    expect(shown(await stagedUploads(parent.path)).toSorted()).toEqual(kept);
    expect(shown(await tidyStaging(parent.path)).toSorted()).toEqual(kept);
    expect(await names(folder)).toEqual(before);
  });

  test("goes with its folder where nothing is staged", async () => {
    await left("mount-00000000000a", { files: { "journal.new": "x" } });
    expect(await tidyStaging(parent.path)).toEqual([]);
    expect(await names(parent.path)).toEqual([]);
  });

  test("is one of exactly the most bytes that are read", async () => {
    const folder = await left("mount-00000000000a", { ...whole, files: { "1": "one" } });
    await truncate(join(folder, "journal"), 64 * 1024 * 1024);
    expect(shown(await stagedUploads(parent.path))).toEqual([]);
  });
});

test.each([
  ["garbage", ["garbage", "", "[]", "null", "1", '"1"', "{}", '{"file":3,"event":"finished"}']],
  ["a torn line", ['{"file":"1","event":"finish']],
  ["a line of another kind", ['{"file":"1","event":"polished"}', '{"event":"finished"}']],
  [
    "a path that is none",
    ['{"file":"1","event":"renamed"}', '{"file":"1","event":"renamed","path":4}'],
  ],
  ["a beginning without its place", ['{"file":"9","event":"begun","path":"x"}']],
  [
    "a beginning that is half numbers",
    ['{"file":"9","event":"begun","path":"x","resultPath":"/y","appResultId":4}'],
  ],
])("passes over %s", async (_title, garbage) => {
  const journal = [begun("1"), ...garbage, begun("2"), { file: "2", event: "finished" } as const];
  const folder = await left("mount-00000000000a", { journal, files: { "1": "one", "2": "two" } });
  expect(shown(await tidyStaging(parent.path))).toEqual(["mount-00000000000a/1 3 f1"]);
  expect(await names(folder)).toEqual(["1", "journal"]);
});

test.each([
  ["garbage", "garbage"],
  ["nothing", ""],
  ["other kinds of values", '{"pid":"1","apiServer":2}'],
])("a first line with %s tells no owner", async (_title, first) => {
  const folder = await left("mount-00000000000a", { files: { "1": "one" } });
  await writeFile(join(folder, "journal"), `${first}\n${JSON.stringify(begun("1"))}\n`);
  const [upload] = await stagedUploads(parent.path);
  expect(upload).toMatchObject({ sizeBytes: 3, resultFile: { path: "f1" } });
  expect(upload).not.toHaveProperty("pid");
  expect(upload).not.toHaveProperty("apiServer");
});

test("a renamed file that was never begun belongs nowhere, and failed for its reason", async () => {
  await left("mount-00000000000a", {
    journal: [
      { file: "1", event: "renamed", path: "x" },
      { file: "1", event: "failed", why: "no net" },
    ],
    files: { "1": "one" },
  });
  const [upload] = await stagedUploads(parent.path);
  expect(upload).toMatchObject({ sizeBytes: 3, why: "no net" });
  expect(upload).not.toHaveProperty("resultFile");
});

test("only files that are named as staging files are listed", async () => {
  const files = { "0": "x", "01": "x", "1a": "x", "-1": "x", "12": "x", a: "x" };
  await left("mount-00000000000a", { files });
  expect(shown(await stagedUploads(parent.path))).toEqual(["mount-00000000000a/12 1 ?"]);
});

test("a folder that cannot be read is an error, and no empty one", async () => {
  await writeFile(parent.join("file"), "");
  await expect(stagedUploads(parent.join("file"))).rejects.toMatchObject({ code: "ENOTDIR" });
});
