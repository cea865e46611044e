import { readFileSync, statSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AppResultId } from "../../src/core/ids.ts";
import { thisMachine } from "../../src/linux/machine.ts";
import { thisProcess } from "../../src/linux/process-identity.ts";
import { Journal } from "../../src/write/journal.ts";
import type { JournalLine } from "../../src/write/journal-events.ts";
import { readJournal } from "../../src/write/read-journal.ts";
import { withDiskLimit } from "../helpers/disk-limit.ts";
import { tempDir } from "../helpers/temp-dir.ts";
import { OWNER } from "../helpers/upload-world.ts";

const RESULT = { appResultId: "3" as AppResultId, resultPath: "/projects/p/appresults/r" };
const DEAD_LINES = 4096;

const begun = (file: string, path = `f${file}`): Extract<JournalLine, { event: "begun" }> => {
  return { file, event: "begun", ...RESULT, path };
};

/** What the next mount knows of each file after `lines`. */
async function knownAfter(lines: readonly JournalLine[]): Promise<Record<string, unknown>> {
  await using folder = await tempDir();
  await using journal = await Journal.create(folder.path, OWNER);
  for (const line of lines) await journal.record(line);
  return Object.fromEntries((await readJournal(folder.path))?.files ?? []);
}

const file = "7";
const resultFile = { ...RESULT, path: "f7" };

test.each<readonly [string, readonly JournalLine[], unknown]>([
  ["begun", [], { resultFile, state: "open" }],
  [
    "renamed",
    [{ file, event: "renamed", path: "a/b" }],
    { resultFile: { ...RESULT, path: "a/b" } },
  ],
  ["finished", [{ file, event: "finished" }], { resultFile, state: "finished" }],
  [
    "finished and changed",
    [
      { file, event: "finished" },
      { file, event: "changed" },
    ],
    { resultFile, state: "open" },
  ],
  ["failed", [{ file, event: "failed", why: "no net\n☃" }], { state: "open", why: "no net\n☃" }],
  [
    "failed twice",
    [
      { file, event: "failed", why: "no net" },
      { file, event: "failed", why: "no room" },
    ],
    { resultFile, state: "open", why: "no room" },
  ],
  [
    "failed and renamed",
    [
      { file, event: "failed", why: "no net" },
      { file, event: "renamed", path: "g" },
    ],
    { resultFile: { ...RESULT, path: "g" }, why: "no net" },
  ],
  [
    "begun where BaseSpace shows nothing",
    [{ file, event: "begun", ...resultFile, shown: null }],
    { resultFile, state: "open", shown: null },
  ],
  [
    "renamed to a path where BaseSpace shows a file",
    [{ file, event: "renamed", path: "g", shown: "12" }],
    { resultFile: { ...RESULT, path: "g" }, shown: "12" },
  ],
  [
    "completed under its path",
    [
      { file, event: "begun", ...resultFile, shown: "12" },
      { file, event: "completed", fileId: "13", uploadPath: "f7", verified: ["size", "MD5"] },
    ],
    { shown: "13", completed: { fileId: "13", uploadPath: "f7", verified: ["size", "MD5"] } },
  ],
  [
    "completed under the path that it is renamed to",
    [
      { file, event: "completed", fileId: "13", uploadPath: "g", verified: ["size"] },
      { file, event: "renamed", path: "g", shown: "12" },
    ],
    { shown: "13" },
  ],
  [
    "completed in place of others",
    [
      { file, event: "begun", ...resultFile, shown: "9" },
      { file, event: "completed", fileId: "10", uploadPath: "f7", verified: [] },
      { file, event: "completed", fileId: "13", uploadPath: "f7", verified: ["size"] },
    ],
    { toCover: ["9", "10"] },
  ],
  [
    "renamed over others, and over its own older name",
    [
      { file, event: "completed", fileId: "13", uploadPath: "f7", verified: ["size"] },
      { file, event: "changed" },
      { file, event: "renamed", path: "g", replaces: ["mount-1/4"], covers: ["8", "9"] },
    ],
    { toCover: ["8", "9", "13"], replacedFiles: ["mount-1/4"] },
  ],
  [
    "removed, whatever comes then",
    [
      { file, event: "removed" },
      { file, event: "failed", why: "no net" },
      { file, event: "closed", sizeBytes: 1, isSynced: true },
    ],
    { state: "removed" },
  ],
])("of a file that was %s the journal says so", async (_title, events, expected) => {
  const known = await knownAfter([begun("1"), begun(file), ...events, begun("9")]);
  expect(Object.keys(known)).toEqual(["1", file, "9"]);
  expect(known[file]).toMatchObject(expected as object);
  for (const other of ["1", "9"]) {
    expect(known[other]).toEqual({
      resultFile: { ...RESULT, path: `f${other}` },
      state: "open",
    });
  }
});

test("what a path showed is not known of another path", async () => {
  const lines: JournalLine[] = [
    { ...begun(file), shown: "12" },
    { file, event: "renamed", path: "g" },
  ];
  expect((await knownAfter(lines))[file]).not.toHaveProperty("shown");
});

test("[W19] BaseSpace may complete the pending file of an attempt before", async () => {
  const upload = { file, event: "upload-begun", uploadPath: "f7", steps: [] } as const;
  const lines: JournalLine[] = [
    { ...begun(file), overtakes: { ids: ["11"], md5s: [] } },
    { ...upload, fileId: "12" },
    { file, event: "upload-dropped" },
    { ...upload, fileId: "13" },
    { file, event: "changed" },
    { ...upload, fileId: "14" },
  ];
  expect((await knownAfter(lines))[file]).toMatchObject({
    overtakes: { ids: ["11", "12", "13"], md5s: [] },
    upload: { fileId: "14" },
  });
});

test("a file that was completed has nothing to cover when it has whiteouts, or is newer than all", async () => {
  const completed = { file, event: "completed", uploadPath: "f7", verified: ["size"] } as const;
  for (const events of [
    [{ ...completed, fileId: "13" }, { file, event: "covered" } as const],
    [{ ...completed, fileId: "11" }],
  ]) {
    const lines: JournalLine[] = [{ ...begun(file), shown: "12" }, ...events];
    expect((await knownAfter(lines))[file]).not.toHaveProperty("toCover");
  }
});

test("why a file failed is forgotten when it was finished, also for what is written to it then", async () => {
  const lines: JournalLine[] = [
    begun(file),
    { file, event: "failed", why: "no net" },
    { file, event: "finished" },
    { file, event: "changed" },
  ];
  expect(await knownAfter(lines)).toEqual({ [file]: { resultFile, state: "open" } });
});

test("the first line says whose it is", async () => {
  await using folder = await tempDir();
  await using _journal = await Journal.create(folder.path, OWNER);
  const read = await readJournal(folder.path);
  expect(read?.owner).toEqual({ pid: process.pid, ...OWNER });
  const [line = ""] = readFileSync(folder.join("journal"), "utf8").split("\n");
  const machine = thisMachine();
  expect(JSON.parse(line.slice(9))).toEqual({
    n: 0,
    format: 2,
    ...OWNER,
    ...thisProcess(),
    machine,
  });
});

test("a line is on disk when recording it returns, and a note before the journal closes", async () => {
  await using folder = await tempDir();
  const journal = await Journal.create(folder.path, OWNER);
  const text = (): string => readFileSync(folder.join("journal"), "utf8");
  await journal.record(begun("1"));
  expect(text()).toContain(JSON.stringify(begun("1")).slice(1));
  const all = Array.from({ length: 50 }, async (_, at) => await journal.record(begun(`1${at}`)));
  await all[0];
  expect(text()).toContain(JSON.stringify(begun("10")).slice(1));
  await Promise.all(all);
  journal.note({ file: "1", event: "finished" });
  await journal[Symbol.asyncDispose]();
  expect(text().trimEnd().split("\n")).toHaveLength(53);
  expect(text().endsWith('"file":"1","event":"finished"}\n')).toBe(true);
});

test("a journal is private, and never one that is there already", async () => {
  await using folder = await tempDir();
  await using _journal = await Journal.create(folder.path, OWNER);
  await expect(Journal.create(folder.path, OWNER)).rejects.toMatchObject({
    reason: "environment",
    message: expect.stringContaining("create"),
  });
});

describe("a journal that the disk has no room for", () => {
  test.each([0, 5])("cannot be begun when there are %i bytes", async (room) => {
    await using folder = await tempDir();
    const creating = withDiskLimit(room, async () => await Journal.create(folder.path, OWNER));
    await expect(creating).rejects.toMatchObject({
      reason: "environment",
      message: expect.stringContaining(
        `cannot write to the staging file ${folder.join("journal")}`,
      ),
    });
  });

  test("writes what it could not write before the next line, once there is room", async () => {
    await using folder = await tempDir();
    await using journal = await Journal.create(folder.path, OWNER);
    await journal.record(begun("1"));
    const { length } = readFileSync(folder.join("journal"));
    await withDiskLimit(length + 20, async () => {
      const failing = journal.record({ file: "1", event: "changed" });
      await expect(failing).rejects.toMatchObject({ reason: "environment" });
      journal.note({ file: "1", event: "renamed", path: "other" });
      const next = journal.record(begun("2"));
      await expect(next).rejects.toMatchObject({ reason: "environment" });
      journal.forget("2");
    });
    await journal.record({ file: "1", event: "failed", why: "the disk" });
    const lines = readFileSync(folder.join("journal"), "utf8").trimEnd().split("\n");
    expect(lines.filter((line) => line === "")).toEqual([]);
    const read = await readJournal(folder.path);
    expect(read?.isWhole).toBe(true);
    expect(read?.files.get("1")).toEqual({
      resultFile: { ...RESULT, path: "other" },
      state: "open",
      why: "the disk",
    });
  });
});

describe("a journal with many lines", () => {
  test("[W5] says of 20 000 files what is true of them, and stays short", async () => {
    await using folder = await tempDir();
    const journal = await Journal.create(folder.path, OWNER);
    const kept: JournalLine[] = [
      begun("90001"),
      begun("90002"),
      { file: "90002", event: "renamed", path: "moved" },
      begun("90003"),
      { file: "90003", event: "failed", why: "no net" },
      begun("90004"),
      { file: "90004", event: "finished" },
      begun("90005"),
      { file: "90005", event: "finished" },
      { file: "90005", event: "changed" },
      begun("90007"),
      { file: "90007", event: "renamed", path: "over", replaces: ["mount-1/4"], covers: ["8"] },
      begun("90008"),
      { file: "90008", event: "removed" },
    ];
    for (const line of kept) journal.note(line);
    let longest = 0;
    for (let at = 1; at <= 20_000; at += 1) {
      const name = String(at);
      journal.note(begun(name));
      journal.note({ file: name, event: "finished" });
      if (at % 500 === 0) {
        await journal.record({ file: name, event: "changed" });
        longest = Math.max(longest, readFileSync(folder.join("journal")).length);
      }
      journal.forget(name);
    }
    await journal.record(begun("90006"));
    await journal[Symbol.asyncDispose]();
    // A line of these has some 110 bytes.
    expect(longest).toBeLessThan((DEAD_LINES + 4000) * 110);
    expect(await readdir(folder.path)).toEqual(["journal"]);
    const files = Object.fromEntries((await readJournal(folder.path))?.files ?? []);
    const at = (path: string): unknown => ({ ...RESULT, path });
    expect(files).toMatchObject({
      90001: { resultFile: at("f90001"), state: "open" },
      90002: { resultFile: at("moved"), state: "open" },
      90003: { resultFile: at("f90003"), state: "open", why: "no net" },
      90004: { resultFile: at("f90004"), state: "finished" },
      90005: { resultFile: at("f90005"), state: "open" },
      90006: { resultFile: at("f90006"), state: "open" },
      90007: { resultFile: at("over"), toCover: ["8"], replacedFiles: ["mount-1/4"] },
      90008: { resultFile: at("f90008"), state: "removed" },
    });
  });

  test("is rewritten a few times only while one file is sent in ten thousand parts", async () => {
    await using folder = await tempDir();
    await using journal = await Journal.create(folder.path, OWNER);
    await journal.record(begun("1"));
    const upload = { fileId: "9", uploadPath: "f1", steps: [{ parts: 10_000, partBytes: 5 }] };
    await journal.record({ file: "1", event: "upload-begun", ...upload });
    const rewritten = new Set<number>();
    for (let number = 1; number <= 10_000; number += 1) {
      const md5 = String(number).padStart(32, "0");
      await journal.record({ file: "1", event: "part-sent", number, partBytes: 5, md5 });
      rewritten.add(statSync(folder.join("journal")).ino);
    }
    expect(rewritten.size).toBeLessThan(4);
    const read = await readJournal(folder.path);
    expect(read?.canBeContinued).toBe(true);
    expect(read?.files.get("1")?.upload?.parts.size).toBe(10_000);
  });

  test("is as good as before when it cannot be rewritten", async () => {
    await using folder = await tempDir();
    // Something is in the way that cannot be removed like a file.
    await mkdir(folder.join("journal.new", "x"), { recursive: true });
    await using journal = await Journal.create(folder.path, OWNER);
    await journal.record(begun("1"));
    for (let at = 0; at < DEAD_LINES + 10; at += 1) {
      journal.note({ file: "1", event: "renamed", path: `g${at}` });
    }
    await journal.record({ file: "1", event: "renamed", path: "now" });
    await journal.record({ file: "1", event: "failed", why: "later" });
    expect((await readJournal(folder.path))?.files.get("1")).toEqual({
      resultFile: { ...RESULT, path: "now" },
      state: "open",
      why: "later",
    });
    // After as many lines again it is tried once more.
    await rm(folder.join("journal.new"), { recursive: true });
    const before = readFileSync(folder.join("journal")).length;
    for (let at = 0; at < DEAD_LINES + 10; at += 1) {
      journal.note({ file: "1", event: "renamed", path: `h${at}` });
    }
    await journal.record({ file: "1", event: "renamed", path: "in the end" });
    await journal.record({ file: "1", event: "failed", why: "still" });
    expect(readFileSync(folder.join("journal")).length).toBeLessThan(before / 10);
    expect((await readJournal(folder.path))?.files.get("1")).toMatchObject({
      resultFile: { path: "in the end" },
      why: "still",
    });
  });
});

test("a journal says after any events what is true, whenever it was rewritten", async () => {
  const name = fc.constantFrom("1", "2", "3");
  const path = fc.constantFrom("f1", "f2", "f3");
  const shown = fc.option(fc.nat().map(String));
  const inFlight = fc.record({
    ids: fc.array(fc.nat(3).map(String), { maxLength: 2 }),
    md5s: fc.array(fc.constantFrom("0".repeat(32), "1".repeat(32)), { maxLength: 2 }),
  });
  const event = fc.oneof(
    name.map((file): JournalLine => begun(file)),
    fc.tuple(name, shown).map(([file, shown]): JournalLine => ({ ...begun(file), shown })),
    fc.tuple(name, path, shown, inFlight).map(([file, path, shown, overtakes]): JournalLine => {
      return { file, event: "renamed", path, shown, overtakes };
    }),
    fc.tuple(name, inFlight).map(([file, overtakes]): JournalLine => {
      return { ...begun(file), overtakes };
    }),
    fc.tuple(name, path, fc.nat()).map(([file, uploadPath, id]): JournalLine => {
      return { file, event: "completed", fileId: String(id), uploadPath, verified: ["size"] };
    }),
    fc
      .tuple(name, fc.string())
      .map(([file, path]): JournalLine => ({ file, event: "renamed", path })),
    name.map((file): JournalLine => ({ file, event: "finished" })),
    name.map((file): JournalLine => ({ file, event: "changed" })),
    fc.tuple(name, fc.string()).map(([file, why]): JournalLine => ({ file, event: "failed", why })),
    fc.tuple(name, fc.string()).map(([file, why]): JournalLine => {
      return { file, event: "interrupted", why };
    }),
    fc.tuple(name, fc.string()).map(([file, path]): JournalLine => {
      return { file, event: "renamed", path, isFinal: true };
    }),
    fc.tuple(name, fc.nat(), fc.boolean()).map(([file, sizeBytes, isSynced]): JournalLine => {
      return { file, event: "closed", sizeBytes, isSynced };
    }),
    fc.tuple(name, fc.string(), fc.nat(3)).map(([file, uploadPath, id]): JournalLine => {
      const steps = [{ parts: 2, partBytes: 5 }];
      return { file, event: "upload-begun", fileId: String(id), uploadPath, steps };
    }),
    fc.tuple(name, fc.integer({ min: 1, max: 3 }), fc.nat()).map(([file, number, partBytes]) => {
      const md5 = "0".repeat(32);
      return { file, event: "part-sent", number, partBytes, md5 } satisfies JournalLine;
    }),
    name.map((file): JournalLine => ({ file, event: "upload-dropped" })),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 16 }), async (events) => {
      await using folder = await tempDir();
      await using journal = await Journal.create(folder.path, OWNER);
      for (const file of ["1", "2", "3"]) journal.note(begun(file));
      for (const line of events) journal.note(line);
      await journal.record(begun("4"));
      const before = await readJournal(folder.path);
      for (let at = 0; at < DEAD_LINES + 20; at += 1) {
        journal.note({ file: "4", event: "renamed", path: "f4" });
      }
      await journal.record(begun("4"));
      await journal.record(begun("4"));
      expect(readFileSync(folder.join("journal")).length).toBeLessThan(10_000);
      expect((await readJournal(folder.path))?.files).toEqual(before?.files);
    }),
    { numRuns: 60 },
  );
});
