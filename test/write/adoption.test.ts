import { cp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { journalLine } from "../../src/write/journal-text.ts";
import type { StagedFile } from "../../src/write/staged-file.ts";
import type { KnownFile } from "../../src/write/known-file.ts";
import type { StagedFiles } from "../../src/write/staged-files.ts";
import { type AdoptableFile, Staging } from "../../src/write/staging.ts";
import { useStagedFiles } from "../helpers/staged-files-world.ts";
import { content, OWNER, PART } from "../helpers/upload-world.ts";

/*
 * What a mount adopts that was left by one that was killed. A copy of the staging folder, taken at any moment, is what the
 * next mount would find had the process been killed then.
 */

const here = useStagedFiles();

let taken: string;
let next: StagedFiles;
let staging: Staging;

beforeEach(async () => {
  taken = `${here.world.stagingPath}-taken`;
  staging = new Staging(taken, { owner: OWNER });
  next = here.world.files({ staging });
});

afterEach(async () => {
  await next[Symbol.asyncDispose]();
  await rm(taken, { recursive: true, force: true });
});

/** Copies the staging folder as it is now. */
async function kill(): Promise<void> {
  await rm(taken, { recursive: true, force: true });
  // A killed process has no locks.
  const filter = (path: string): boolean => !path.includes(".lock");
  await cp(here.world.stagingPath, taken, { recursive: true, filter });
}

const unexpected = (path: string, error: unknown): never => {
  throw new Error(path, { cause: error });
};

const isKnown = ({ known }: AdoptableFile): boolean => known?.resultFile !== undefined;

/** What the next mount adopts, by path. */
async function adopt(): Promise<Readonly<Record<string, StagedFile>>> {
  const files: Record<string, StagedFile> = {};
  for (const left of (await staging.adopt(unexpected)).filter(isKnown)) {
    if (left.known?.state === "finished") continue;
    const file = await next.adopt(left.known as KnownFile, left);
    files[file.path] = file;
  }
  return files;
}

/** Changes the text of the journal that was taken. */
async function editJournal(edit: (lines: readonly string[]) => readonly string[]): Promise<void> {
  const [folder = ""] = readdirSync(taken).filter((name) => /^mount-[0-9a-f]+$/.test(name));
  const path = join(taken, folder, "journal");
  const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
  await writeFile(path, `${edit(lines).join("\n")}\n`);
}

const withoutEvent = (event: string) => (lines: readonly string[]) =>
  lines.filter((line) => !line.includes(`"event":"${event}"`));

const parts = (): number => here.world.sent("PUT", /\/parts\/\d+$/);

/** As a program that closes the file. */
async function close(files: StagedFiles, file: StagedFile): Promise<void> {
  const writer = files.openForWriting(file);
  await writer.flush(async () => "closed", new AbortController().signal);
  writer.close();
}

/** A file whose first three of five parts are in BaseSpace, and whose fourth never gets there. */
async function halfSent(path = "f"): Promise<StagedFile> {
  here.world.emulator.addFaults("PUT /files/*/parts/4 status=500");
  const file = await here.written(path, content(4 * PART + 9));
  await expect(close(here.files, file)).rejects.toThrow();
  here.world.emulator.clearFaults();
  return file;
}

describe("a file that its writer had closed", () => {
  test("[W19] is uploaded by the next mount, which sends only the parts that BaseSpace lacks", async () => {
    await halfSent();
    await kill();
    const before = parts();
    const { f } = await adopt();
    expect(f).toMatchObject({ path: "f", sizeBytes: 4 * PART + 9, isInterrupted: false });
    await expect.poll(() => f?.content.state).toBe("complete");
    expect(parts() - before).toBe(1);
    expect(here.world.sent("POST", /\/appresults\/\d+\/files$/)).toBe(1);
    expect(await here.world.remote()).toEqual([`f=${content(4 * PART + 9)}`]);
  });

  test("[W19] is finished once, though the process was killed before it knew that it was complete", async () => {
    for (const [path, size] of [
      ["parts", 3 * PART],
      ["whole", PART],
      ["empty", 0],
    ] as const) {
      const file = await here.written(path, content(size));
      await close(here.files, file);
      if (size === 0) await here.files.finishing.finish(file, new AbortController().signal);
    }
    await kill();
    await editJournal((lines) => renumbered(withoutEvent("finished")(lines)));
    const before = here.world.emulator.requests.length;
    const adopted = await adopt();
    for (const file of Object.values(adopted)) {
      await expect.poll(() => file.content.state).toBe("complete");
    }
    expect(Object.keys(adopted)).toEqual(["parts", "whole", "empty"]);
    const sent = here.world.emulator.requests.slice(before);
    expect(sent.filter(({ method }) => method !== "GET")).toEqual([]);
    expect(await here.world.remote()).toHaveLength(3);
  });

  test("[W19] is uploaded anew, under one file, when BaseSpace forgot what was sent", async () => {
    const file = await halfSent();
    await kill();
    // Gives up the pending file.
    await here.files.remove(file, new AbortController().signal);
    const { f } = await adopt();
    await expect.poll(() => f?.content.state).toBe("complete");
    expect(await here.world.remote()).toEqual([`f=${content(4 * PART + 9)}`]);
  });

  test("is not uploaded by a mount that cannot trust its bytes", async () => {
    await halfSent();
    await kill();
    const [folder = ""] = readdirSync(taken);
    await truncate(join(taken, folder, "1"), PART);
    const { f } = await adopt();
    expect(f).toMatchObject({ isInterrupted: true, sizeBytes: PART });
    await next.finishing.finishAll(new AbortController().signal);
    expect(await here.world.remote()).toEqual([]);
  });
});

describe("a file that was being written", () => {
  test("[W20] comes back as it was, and is not finished by itself", async () => {
    const writer = await here.files.createForWriting(here.world.resultFile("f"));
    await writer.write(0, Buffer.from("half"));
    await kill();
    writer.close();
    const { f } = await adopt();
    expect(f).toMatchObject({ path: "f", sizeBytes: 4, isInterrupted: true });
    await next.finishing.finishAll(new AbortController().signal);
    await next.finishing.finishAll(new AbortController().signal, here.world.appResultId);
    expect(f?.content.state).toBe("pending");
  });

  test("[W20] is finished by a program that opens and closes it, and what it changed is sent again", async () => {
    const writer = await here.files.createForWriting(here.world.resultFile("f"));
    const text = content(3 * PART + 9);
    await writer.write(0, Buffer.from(text));
    await expect.poll(parts).toBe(3);
    await kill();
    const before = parts();
    const { f } = await adopt();
    const again = next.openForWriting(f as StagedFile);
    await again.write(PART, Buffer.from("new"));
    await again.flush(async () => "closed", new AbortController().signal);
    again.close();
    const changed = `${text.slice(0, PART)}new${text.slice(PART + 3)}`;
    expect((await here.world.remote()).at(-1)).toBe(`f=${changed}`);
    // The second part and the last one.
    expect(parts() - before).toBe(2);
    writer.close();
  });

  test("[W20] is not taken for complete when BaseSpace completed an earlier content of it", async () => {
    const file = await here.written("f", content(3 * PART));
    await close(here.files, file);
    await kill();
    // It was being written again when it was killed, before the journal had more than that.
    await editJournal((lines) => [
      ...renumbered(withoutEvent("finished")(lines)),
      journalLine(lines.length - 1, { file: "1", event: "changed" }).trimEnd(),
    ]);
    const [folder = ""] = readdirSync(taken);
    await writeFile(join(taken, folder, "1"), content(3 * PART, "d"));
    const { f } = await adopt();
    await close(next, f as StagedFile);
    expect((await here.world.remote()).at(-1)).toBe(`f=${content(3 * PART, "d")}`);
  });
});

test("[W20] what an interrupted file was changed to is kept, though BaseSpace has an older content of that size", async () => {
  const file = await here.written("f", content(3 * PART));
  await close(here.files, file);
  await kill();
  await editJournal((lines) => renumbered(withoutEvent("closed")(withoutEvent("finished")(lines))));
  const { f } = await adopt();
  expect(f).toMatchObject({ isInterrupted: true });
  const writer = next.openForWriting(f as StagedFile);
  await writer.write(0, Buffer.from(content(3 * PART, "d")));
  here.world.emulator.addFaults("GET /files/* status=403");
  const flushing = writer.flush(async () => "closed", new AbortController().signal);
  await expect(flushing).rejects.toMatchObject({ reason: "access-denied" });
  writer.close();
  here.world.emulator.clearFaults();
  // Killed again, and adopted by a third mount.
  const third = `${taken}-third`;
  await cp(taken, third, { recursive: true, filter: (path) => !path.includes(".lock") });
  const thirdStaging = new Staging(third, { owner: OWNER });
  await using files = here.world.files({ staging: thirdStaging });
  const [left] = (await thirdStaging.adopt(unexpected)).filter(isKnown);
  const again = await files.adopt(left?.known as KnownFile, left as AdoptableFile);
  await expect.poll(() => again.content.state).toBe("complete");
  expect((await here.world.remote()).at(-1)).toBe(`f=${content(3 * PART, "d")}`);
});

test("[W19] an adopted file that is renamed is uploaded under its new name", async () => {
  const file = await here.written("f", content(3 * PART));
  await close(here.files, file);
  await kill();
  await editJournal((lines) => renumbered(withoutEvent("finished")(lines)));
  here.world.emulator.addFaults("GET /files/* n=6 status=503");
  const { f } = await adopt();
  await next.names.rename(f as StagedFile, { path: "g" }, new AbortController().signal);
  here.world.emulator.clearFaults();
  await next.finishing.finish(f as StagedFile, new AbortController().signal);
  expect((await here.world.remote()).at(-1)).toBe(`g=${content(3 * PART)}`);
});

test("[W20] a temporary name comes back as one, and one that was kept is final", async () => {
  await here.written("x.tmp");
  const kept = await here.written("y.tmp");
  await kept.keepName(new AbortController().signal);
  for (const file of here.files.unfinished()) {
    const writer = here.files.openForWriting(file);
    if (file.awaitsRename) writer.close();
  }
  await kill();
  const { "x.tmp": x, "y.tmp": y } = await adopt();
  expect(x).toMatchObject({ awaitsRename: true, isInterrupted: false });
  expect(y).toMatchObject({ awaitsRename: false, isInterrupted: true });
});

describe("staging is left as it is", () => {
  test.each<readonly [string, (lines: readonly string[]) => readonly string[]]>([
    ["a line is missing", (lines) => lines.filter((_, at) => at !== 1)],
    [
      "a line was changed",
      (lines) => lines.map((line) => line.replace('"path":"f"', '"path":"g"')),
    ],
    ["it is of a later version", (lines) => withHeader(lines, { format: 3 })],
    ["it is another user's", (lines) => withHeader(lines, { userId: "2" })],
    ["it is of another server", (lines) => withHeader(lines, { apiServer: "https://x.test" })],
    ["it is of another machine", (lines) => withHeader(lines, { machine: { host: "node7" } })],
  ])("when the journal shows that %s", async (_title, edit) => {
    await halfSent();
    await kill();
    await editJournal(edit);
    const before = readdirSync(taken, { recursive: true });
    expect(await staging.adopt(unexpected)).toEqual([]);
    expect(readdirSync(taken, { recursive: true })).toEqual(before);
  });
});

test("a file that was closed is interrupted after a restart of the machine, unless it was synced", async () => {
  const synced = await halfSent("synced");
  await synced.content.sync();
  await close(here.files, synced).catch(() => {});
  const again = await here.written("again", content(4 * PART));
  here.world.emulator.addFaults("POST /appresults/*/files status=500");
  await again.content.sync();
  await expect(close(here.files, again)).rejects.toThrow();
  const not = await here.written("not", content(PART));
  await expect(close(here.files, not)).rejects.toThrow();
  await kill();
  await editJournal((lines) => withHeader(lines, { machine: restarted(lines) }));
  const { again: one, not: other } = await adopt();
  here.world.emulator.clearFaults();
  expect(one?.isInterrupted).toBe(false);
  expect(other?.isInterrupted).toBe(true);
});

function headerOf([first = ""]: readonly string[]): Record<string, unknown> {
  return JSON.parse(first.slice(9)) as Record<string, unknown>;
}

function withHeader(lines: readonly string[], changed: object): readonly string[] {
  return [journalLine(0, { ...headerOf(lines), ...changed }).trimEnd(), ...lines.slice(1)];
}

function restarted(lines: readonly string[]): object {
  return { ...(headerOf(lines)["machine"] as object), boot: "before" };
}

/** As if the lines that are left had been the only ones. */
function renumbered(lines: readonly string[]): readonly string[] {
  return lines.map((line, at) => {
    const { n: _n, ...record } = JSON.parse(line.slice(9)) as Record<string, unknown>;
    return journalLine(at, record).trimEnd();
  });
}
