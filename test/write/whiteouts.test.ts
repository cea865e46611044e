import { appendFile, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type WhiteoutChange, Whiteouts } from "../../src/write/whiteouts.ts";
import { withDiskLimit } from "../helpers/disk-limit.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

/* What a user has removed, for all processes that use the same state folder. */

const owner = { apiServer: "https://api.example.test", userId: "1" };
const result = { appResultId: "12", resultPath: "/projects/p/appresults/r" };
const clock = new FakeClock(Date.parse("2026-11-30T12:00:00Z"));

let folder: TempDir;

beforeEach(async () => {
  folder = await tempDir();
});

afterEach(async () => await folder[Symbol.asyncDispose]());

interface Opened {
  readonly whiteouts: Whiteouts;
  readonly changes: string[];
}

/** As another process would open them. */
function opened(user = "1"): Opened {
  const changes: string[] = [];
  const onChange = (id: string, { kind, file }: WhiteoutChange): void =>
    void changes.push(`${id} ${kind} ${file.id} ${file.path}`);
  const path = folder.join("removed");
  const whiteouts = new Whiteouts({
    folder: path,
    owner: { ...owner, userId: user },
    clock,
    onChange,
  });
  return { whiteouts, changes };
}

async function logPath(): Promise<string> {
  const [name = ""] = await readdir(folder.join("removed"));
  return join(folder.join("removed"), name);
}

const file = (id: string, path = `f${id}`): { id: string; path: string } => ({ id, path });

describe("a file that was removed", () => {
  test("is hidden here at once, and from other processes within a second", async () => {
    const [here, there] = [opened(), opened()];
    await there.whiteouts.upToDate("12");
    await here.whiteouts.cover(result, [file("1"), file("2")]);
    expect(here.changes).toEqual(["12 covered 1 f1", "12 covered 2 f2"]);
    await there.whiteouts.upToDate("12");
    expect(there.changes).toEqual([]);
    clock.advance(1000);
    await there.whiteouts.upToDate("12");
    expect(there.changes).toEqual(here.changes);
  });

  test("[W28] is hidden after a restart, in its app result and for its user only", async () => {
    await opened().whiteouts.cover(result, [file("1")]);
    const [next, other] = [opened(), opened("2")];
    for (const { whiteouts } of [next, other]) {
      for (const id of ["12", "13"]) await whiteouts.upToDate(id);
    }
    expect([next.changes, other.changes]).toEqual([["12 covered 1 f1"], []]);
  });

  test("is shown again when that is wanted, and can be removed again", async () => {
    const { whiteouts, changes } = opened();
    await whiteouts.cover(result, [file("1")]);
    await whiteouts.cover(result, [file("1")]);
    await whiteouts.uncover("12", ["1", "unknown"]);
    await whiteouts.cover(result, [file("1", "again")]);
    const lines = ["12 covered 1 f1", "12 uncovered 1 f1", "12 covered 1 again"];
    expect(changes).toEqual(lines);
    const next = opened();
    await next.whiteouts.upToDate("12");
    expect(next.changes).toEqual(lines);
  });

  test("is not removed when the disk is full, and the next one is", async () => {
    const { whiteouts, changes } = opened();
    await whiteouts.cover(result, [file("1")]);
    const { length } = await readFile(await logPath());
    await withDiskLimit(length + 20, async () => {
      await expect(whiteouts.cover(result, [file("2")])).rejects.toMatchObject({
        reason: expect.stringMatching(/no-space|environment/),
      });
    });
    expect(changes).toEqual(["12 covered 1 f1"]);
    await whiteouts.cover(result, [file("3")]);
    const next = opened();
    await next.whiteouts.upToDate("12");
    expect(next.changes).toEqual(["12 covered 1 f1", "12 covered 3 f3"]);
  });
});

describe("the log of an app result", () => {
  test("says nothing in lines that were damaged, cut short or are unknown", async () => {
    const { whiteouts } = opened();
    await whiteouts.cover(result, [file("1"), file("2"), file("3")]);
    const path = await logPath();
    const text = await readFile(path, "utf8");
    await writeFile(path, text.replace('"id":"2"', '"id":"9"'));
    await appendFile(path, "\n00000000 {}\n\nnoise\n0badc0de {");
    const next = opened();
    await next.whiteouts.upToDate("12");
    await next.whiteouts.cover(result, [file("4")]);
    const covered = ["1", "3", "4"].map((id) => `12 covered ${id} f${id}`);
    expect(next.changes).toEqual(covered);
    const last = opened();
    await last.whiteouts.upToDate("12");
    expect(last.changes).toEqual(covered);
  });

  test("shows everything again when it is removed", async () => {
    const { whiteouts, changes } = opened();
    await whiteouts.cover(result, [file("1")]);
    await rm(await logPath());
    clock.advance(1000);
    await whiteouts.upToDate("12");
    expect(changes).toEqual(["12 covered 1 f1", "12 uncovered 1 f1"]);
  });

  test("is one file each, whatever the Id of the app result is", async () => {
    const { whiteouts } = opened();
    const hostile = "../../x\n";
    await whiteouts.cover({ ...result, appResultId: hostile }, [file("1")]);
    expect(await readdir(folder.path)).toEqual(["removed"]);
    expect(await readdir(folder.join("removed"))).toEqual([
      expect.stringMatching(/^[0-9a-f]{32}\.log$/),
    ]);
  });

  test("has the write mode of the app result", async () => {
    const { whiteouts } = opened();
    await whiteouts.setWriteMode("12", "commit");
    const next = opened();
    expect(next.whiteouts.writeMode("12")).toBeUndefined();
    await next.whiteouts.upToDate("12");
    expect(next.whiteouts.writeMode("12")).toBe("commit");
    await whiteouts.setWriteMode("12", undefined);
    clock.advance(1000);
    await next.whiteouts.upToDate("12");
    expect(next.whiteouts.writeMode("12")).toBeUndefined();
  });

  test("is read once by many who ask at the same time", async () => {
    await opened().whiteouts.cover(result, [file("1")]);
    const next = opened();
    await Promise.all([1, 2, 3].map(async () => await next.whiteouts.upToDate("12")));
    expect(next.changes).toEqual(["12 covered 1 f1"]);
  });
});
