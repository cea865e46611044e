import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFile,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  utimes,
  writeFile,
} from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { removedFiles, restoreNames } from "../../src/write/removed-files.ts";
import { type ResultEvent, sealLine } from "../../src/write/result-events.ts";
import { ResultLog } from "../../src/write/result-log.ts";
import { withDiskLimit } from "../helpers/disk-limit.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

/* The log of an app result, which becomes shorter while several processes append to it. */

const MODULE = fileURLToPath(new URL("../../src/write/result-log.ts", import.meta.url));
const SEAL = "0123456789abcdef";
const COMPACT = { compactBytes: 4000 };
const AT = "2026-11-30T12:00:00.000Z";
const NEVER = { compactBytes: 1e9 };

let folder: TempDir;
let path: string;

beforeEach(async () => {
  folder = await tempDir();
  path = folder.join("r.log");
});

afterEach(async () => await folder[Symbol.asyncDispose]());

const hidden = (id: number | string, name = "index.lock"): ResultEvent => ({
  event: "hidden",
  id: String(id),
  path: name,
  resultPath: "/projects/p/appresults/r",
  at: AT,
});
const restored = (id: number): ResultEvent => ({ event: "restored", id: String(id), path: "f" });

/** The Ids that a process reads which has read nothing before. */
async function idsIn(log = new ResultLog(path)): Promise<readonly string[]> {
  const ids = new Set<string>();
  for (const event of (await log.news()).events) {
    if (event.event === "hidden") ids.add(event.id);
    if (event.event === "restored") ids.delete(event.id);
  }
  return [...ids].toSorted((a, b) => Number(a) - Number(b));
}

const upTo = (count: number): string[] => Array.from({ length: count }, (_, at) => String(at + 1));

/** Appends an event for each of so many files. */
async function filled(count: number, options = COMPACT): Promise<ResultLog> {
  const log = new ResultLog(path, options);
  for (const id of upTo(count)) await log.append([hidden(id)]);
  return log;
}

async function bytesOnDisk(): Promise<number> {
  const sizes = (await readdir(folder.path)).map(
    async (name) => (await stat(folder.join(name))).size,
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

describe("a long log", () => {
  test("[W28] says the same in fewer bytes, in one file", async () => {
    const log = await filled(2000);
    await log.append([restored(7), { event: "write-mode", mode: "commit" }, hidden(9999, "other")]);
    const expected = [...upTo(2000).filter((id) => id !== "7"), "9999"];
    expect(await idsIn()).toEqual(expected);
    expect(await idsIn(log)).toEqual(expected);
    const { events } = await new ResultLog(path).news();
    expect(events).toContainEqual({ event: "write-mode", mode: "commit" });
    expect(events).toContainEqual(hidden(9999, "other"));
    expect(events).toContainEqual(hidden(2));
    // As many lines have some 170 bytes each.
    expect(await bytesOnDisk()).toBeLessThan((2000 * 170) / 2);
    expect((await readdir(folder.path)).filter((name) => name.endsWith(".new"))).toEqual([]);
  });

  test("is told again from the beginning to a process that had read the file before", async () => {
    const reader = new ResultLog(path);
    const log = await filled(3);
    expect(await idsIn(reader)).toEqual(upTo(3));
    for (let id = 4; id <= 200; id += 1) await log.append([hidden(id)]);
    const { isAnew, events } = await reader.news();
    expect([isAnew, events.length]).toEqual([true, 200]);
    expect(await reader.news()).toEqual({ isAnew: false, events: [] });
    await log.append([hidden(201)]);
    expect(await reader.news()).toEqual({ isAnew: false, events: [hidden(201)] });
  });

  test("is listed, and shown again, by commands as before", async () => {
    await filled(100);
    const files = await removedFiles(folder.path);
    expect(files.map(({ id }) => id).toSorted()).toEqual(upTo(100).toSorted());
    expect(files[0]).toMatchObject({ log: path, removed: new Date(AT) });
    await restoreNames(files.filter(({ id }) => id === "5"));
    expect(await idsIn()).toEqual(upTo(100).filter((id) => id !== "5"));
  });

  test("stays as it is when the disk has no room for another, and takes more", async () => {
    const log = await filled(20, NEVER);
    const { size } = await stat(path);
    const small = new ResultLog(path, { compactBytes: 100 });
    // What is written beyond this length fails: the line has room, a second file of this length has not.
    await withDiskLimit(size + 200, async () => {
      await mkdir(folder.join("unrelated"));
      await small.append([hidden(21)]);
    });
    await log.append([hidden(22)]);
    expect(await idsIn()).toEqual(upTo(22));
  });
});

describe("a process that is killed while it compacts the log", () => {
  const files = async (): Promise<readonly string[]> => (await readdir(folder.path)).toSorted();

  test("[W28] after the seal loses nothing, and the next one continues", async () => {
    await filled(3, NEVER);
    await appendFile(path, sealLine(SEAL));
    // Two readers and a third process that appends.
    expect(await idsIn()).toEqual(upTo(3));
    const log = new ResultLog(path);
    expect(await idsIn(log)).toEqual(upTo(3));
    await new ResultLog(path).append([hidden(4)]);
    expect([await idsIn(), await idsIn(log)]).toEqual([upTo(4), upTo(4)]);
    expect(await files()).toEqual(["r.log", `r.log.${SEAL}`]);
  });

  test("[W28] before it replaced the sealed file loses nothing", async () => {
    await filled(3, NEVER);
    const before = await readFile(path);
    await appendFile(path, sealLine(SEAL));
    await new ResultLog(path).append([hidden(4)]);
    await writeFile(path, Buffer.concat([before, Buffer.from(sealLine(SEAL))]));
    expect(await idsIn()).toEqual(upTo(4));
    await new ResultLog(path).append([hidden(5)]);
    expect(await idsIn()).toEqual(upTo(5));
  });

  test("leaves a draft, which somebody removes later", async () => {
    const [old, young] = [`${path}.aaaa.new`, `${path}.bbbb.new`];
    for (const draft of [old, young]) await writeFile(draft, "half");
    await utimes(old, 0, 0);
    await filled(100);
    expect(await files()).not.toContain("r.log.aaaa.new");
    expect(await files()).toContain("r.log.bbbb.new");
  });

  test("cut the seal short: the log is not sealed", async () => {
    await filled(3, NEVER);
    await appendFile(path, sealLine(SEAL).slice(0, 20));
    await new ResultLog(path).append([hidden(4)]);
    expect(await idsIn()).toEqual(upTo(4));
    expect(await files()).toEqual(["r.log"]);
  });
});

describe("a line behind the seal", () => {
  test("[W28] was not in force, and is appended again by the process that wrote it", async () => {
    const late = await filled(3, NEVER);
    await late.news();
    await appendFile(path, sealLine(SEAL));
    await late.append([hidden(4)]);
    await late.append([hidden(5)]);
    expect(await idsIn()).toEqual(upTo(5));
  });

  test("of a second seal says nothing", async () => {
    await filled(3, NEVER);
    await appendFile(path, sealLine(SEAL) + sealLine("f".repeat(16)));
    await new ResultLog(path).append([hidden(4)]);
    expect(await readdir(folder.path)).toHaveLength(2);
    expect(await idsIn()).toEqual(upTo(4));
  });
});

test.each(["r.log", "the last file"])(
  "%s can be removed: then nothing is hidden",
  async (which) => {
    const log = await filled(100);
    await idsIn(log);
    const names = (await readdir(folder.path)).filter(
      (name) => which !== "r.log" || name === which,
    );
    for (const name of names) if (name !== "r.log" || which === name) await rm(folder.join(name));
    expect(await log.news()).toEqual({ isAnew: true, events: [] });
    expect(await idsIn()).toEqual([]);
    await log.append([hidden(1)]);
    expect([await idsIn(), await idsIn(log)]).toEqual([["1"], ["1"]]);
  },
);

describe("several processes that append to one log, and compact it", () => {
  /** Hides files from `first` on, and prints the number of each when that has returned. */
  function start(first: number, count: number): ChildProcess {
    const program = `
      const { ResultLog } = await import(${JSON.stringify(MODULE)});
      const log = new ResultLog(${JSON.stringify(path)}, { compactBytes: 1500 });
      for (let id = ${first}; id < ${first + count}; id += 1) {
        await log.append([{ ...${JSON.stringify(hidden(0))}, id: String(id) }]);
        process.stdout.write(id + "\\n");
      }
    `;
    const args = ["--import", "tsx", "--input-type=module", "-e", program];
    return spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  }

  test("[W28] lose no line, also those that are killed, at any moment", async () => {
    const children = [1, 2, 3].map((number) => start(number * 100_000, 100_000));
    const returned: string[] = [];
    for (const child of children)
      child.stdout?.on("data", (data: Buffer) =>
        returned.push(
          ...data
            .toString()
            .split("\n")
            .filter((line) => line !== ""),
        ),
      );
    const own = new ResultLog(path, { compactBytes: 1500 });
    try {
      // Each is killed after another number of lines, and another one takes its place.
      for (let round = 1; round <= 6; round += 1) {
        await expect
          .poll(() => returned.length, { timeout: 30_000, interval: 1 })
          .toBeGreaterThan(round * 150);
        await own.append([hidden(round)]);
        returned.push(String(round));
        const killed = children[round % 3];
        const ended = once(killed as ChildProcess, "close");
        killed?.kill("SIGKILL");
        await ended;
        const next = start((round + 3) * 100_000, 100_000);
        next.stdout?.on("data", (data: Buffer) =>
          returned.push(
            ...data
              .toString()
              .split("\n")
              .filter((line) => line !== ""),
          ),
        );
        children[round % 3] = next;
      }
    } finally {
      const ended = Promise.all(children.map(async (child) => await once(child, "close")));
      for (const child of children) child.kill("SIGKILL");
      await ended;
    }
    const known = new Set(await idsIn());
    expect(returned.filter((id) => !known.has(id))).toEqual([]);
    expect(await idsIn(own)).toEqual([...known].toSorted((a, b) => Number(a) - Number(b)));
    expect((await readdir(folder.path)).length).toBeGreaterThan(3);
  }, 120_000);
});
