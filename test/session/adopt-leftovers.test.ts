import { constants } from "node:fs";
import { cp, readdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { BaseSpace } from "../../src/api/client.ts";
import { resolveConfig } from "../../src/config/config.ts";
import { neverAborted } from "../../src/core/abort.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { openSession, type Session } from "../../src/session/session.ts";
import { stagedUploads } from "../../src/write/leftovers.ts";
import { walkerOf } from "../helpers/demo-file-system.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

/*
 * The next mount finds the staging folder of one that was killed: a copy of the folder, taken while the first session
 * has files in it that are not uploaded.
 */

const RESULT = "/projects/P/appresults/R";
const FILES = `${RESULT}/files`;

let home: TempDir;
let next: TempDir;
let elsewhere: TempDir;
let emulator: TestEmulator;
let first: Session;

beforeEach(async () => {
  home = await tempDir();
  next = await tempDir();
  elsewhere = await tempDir();
  const appResults = [{ name: "R", status: "Running" as const }];
  emulator = await startTestEmulator({ projects: [{ name: "P", appResults }] });
  first = await sessionIn(home);
  return async () => {
    first.hurry();
    await first[Symbol.asyncDispose]();
    await emulator.close();
    await home[Symbol.asyncDispose]();
    await next[Symbol.asyncDispose]();
    await elsewhere[Symbol.asyncDispose]();
  };
});

async function sessionIn(
  folder: TempDir,
  flags: object = {},
  signal: AbortSignal = neverAborted,
): Promise<Session> {
  const variables = { BASESPACE_ACCESS_TOKEN: emulator.accessToken };
  const environment = { variables, home: folder.path, uid: 0, gid: 0 };
  const config = await resolveConfig({ apiServer: emulator.apiServer, ...flags }, environment);
  const options = { logger: silentLogger, adoptsLeftovers: !config.mount.readOnly };
  return await openSession(config, options, signal);
}

/** Writes a file and closes it, while the service takes no files. */
async function refusedFile(name: string, text: string, session = first): Promise<void> {
  const { fileSystem: fs } = session;
  const handle = await fs.change.create(await walkerOf(fs).inoOf(FILES), name, 0o644, neverAborted);
  await fs.write(handle, 0, Buffer.from(text), neverAborted);
  emulator.addFaults("POST /appresults/*/files status=403");
  const closing = fs.flush(handle, async () => "closed", neverAborted);
  await expect(closing).rejects.toMatchObject({ reason: "access-denied" });
  fs.release(handle);
  emulator.clearFaults();
}

/** Writes a file that BaseSpace has, and closes it, while the service takes no files. */
async function refusedVersion(name: string, text: string): Promise<void> {
  const { fileSystem: fs } = first;
  const ino = await walkerOf(fs).inoOf(`${FILES}/${name}`);
  const { O_WRONLY, O_TRUNC } = constants;
  const handle = await fs.open(ino, O_WRONLY | O_TRUNC, neverAborted);
  await fs.write(handle, 0, Buffer.from(text), neverAborted);
  emulator.addFaults("POST /appresults/*/files status=403");
  await expect(fs.flush(handle, async () => "closed", neverAborted)).rejects.toThrow();
  fs.release(handle);
  emulator.clearFaults();
}

/** The clock of this machine was wrong by so much when the files were written that the next session finds. */
async function setClock(skewSeconds: number): Promise<void> {
  const staging = next.join(".local/state/bsmount/staging");
  for (const name of await readdir(staging, { recursive: true })) {
    const seconds = Date.now() / 1000 + skewSeconds;
    if (/\/\d+$/.test(name)) await utimes(join(staging, name), seconds, seconds);
  }
}

/** The staging of the next session is what the first one has now, without its locks. */
async function kill(killed = home): Promise<void> {
  const filter = (path: string): boolean => !path.includes(".lock");
  await cp(killed.join(".local/state"), next.join(".local/state"), { recursive: true, filter });
}

const left = async (): Promise<readonly (string | undefined)[]> =>
  (await stagedUploads(next.join(".local/state/bsmount/staging"))).map(({ why }) => why);

async function remote(): Promise<readonly string[]> {
  const { apiServer, accessToken } = emulator;
  await using client = new BaseSpace({ apiServer, accessToken });
  const [project] = await client.users.projects().all();
  const [result] = await client.projects.appResults(project?.id ?? "").all();
  const files = await client.appResults.files(result?.id ?? "").all();
  return files.map(({ path, sizeBytes }) => `${path} ${sizeBytes}`).toSorted();
}

describe("a file that was removed while it was open", () => {
  it("[W28] is not there any more after its mount was killed", async () => {
    const { fileSystem: fs } = first;
    const ino = await walkerOf(fs).inoOf(FILES);
    const handle = await fs.change.create(ino, "f", 0o644, neverAborted);
    await fs.write(handle, 0, Buffer.from("one"), neverAborted);
    await fs.change.rename(ino, "f", ino, ".fuse_hidden0001", neverAborted);
    await kill();
    await using session = await sessionIn(next);
    expect(await left()).toEqual([]);
    expect(session.unfinishedFiles()).toMatchObject({ awaitingRename: [], interrupted: [] });
    fs.release(handle);
  });
});

describe("a file that was closed and not uploaded", () => {
  it("[W19] is uploaded by the next mount, and its bytes do not stay behind", async () => {
    await refusedFile("f", "one");
    await kill();
    {
      await using session = await sessionIn(next);
      await expect.poll(() => session.uploads().pending).toBe(0);
      expect(session.uploads()).toMatchObject({ failed: 0, interrupted: 0 });
      expect(await walkerOf(session.fileSystem).names(FILES)).toEqual(["f"]);
    }
    expect(await remote()).toEqual(["f 3"]);
    expect(await left()).toEqual([]);
  });

  it("[W19] stays where it is when its result was completed meanwhile", async () => {
    await refusedFile("f", "one");
    await kill();
    await using stranger = await sessionIn(elsewhere);
    await stranger.setStatus(RESULT, { status: "Complete" }, neverAborted);
    await using session = await sessionIn(next);
    expect(session.uploads()).toMatchObject({ pending: 0, failed: 0, interrupted: 0 });
    expect(await left()).toEqual([
      expect.stringMatching(/^final: its app result is Complete; .* export/),
    ]);
    expect(await remote()).toEqual([]);
  });

  it("[W19] stays where it is when BaseSpace cannot say what its result is", async () => {
    await refusedFile("f", "one");
    await kill();
    emulator.addFaults("GET /appresults/* status=404");
    await using session = await sessionIn(next);
    expect(session.uploads()).toMatchObject({ pending: 0, failed: 0, interrupted: 0 });
    expect(await left()).toEqual([expect.stringMatching(/^final: its app result was deleted; /)]);
  });

  it("[W19] does not hide a newer version that somebody uploaded", async () => {
    await refusedFile("f", "old");
    await refusedFile("same", "same");
    await kill();
    await using stranger = await sessionIn(elsewhere);
    // BaseSpace's dates have whole seconds.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await write(stranger, "f", "newer");
    await write(stranger, "same", "same");
    await using session = await sessionIn(next);
    expect(await left()).toEqual([
      expect.stringMatching(/^final: BaseSpace has a newer version of it; /),
    ]);
    expect(session.uploads()).toMatchObject({ pending: 0, failed: 0, interrupted: 0 });
    expect(await remote()).toEqual(["f 5", "same 4"]);
  });

  describe("whatever the clock of this machine says", () => {
    it.each([
      ["behind", -3600],
      ["ahead", 3600],
    ])("[W19] does not hide a newer version: %s", async (_where, skewSeconds) => {
      await refusedFile("f", "old");
      await kill();
      await setClock(skewSeconds);
      await using stranger = await sessionIn(elsewhere);
      await write(stranger, "f", "newer");
      await using session = await sessionIn(next);
      expect(await left()).toEqual([
        expect.stringContaining("BaseSpace has a newer version of it"),
      ]);
      expect(session.uploads()).toMatchObject({ pending: 0, failed: 0, interrupted: 0 });
      expect(await remote()).toEqual(["f 5"]);
    });

    it.each([
      ["behind", -3600],
      ["ahead", 3600],
    ])("[W19] is a new version of what it was opened as: %s", async (_where, skewSeconds) => {
      await using stranger = await sessionIn(elsewhere);
      await write(stranger, "f", "1");
      await refusedVersion("f", "22");
      await kill();
      await setClock(skewSeconds);
      await using session = await sessionIn(next);
      await expect.poll(() => session.uploads().pending).toBe(0);
      expect(await remote()).toEqual(["f 1", "f 2"]);
      expect(await left()).toEqual([]);
    });

    it.each([
      ["behind", -3600, ["x 1", "x 2"]],
      ["ahead", 3600, ["x 1", "x 2"]],
    ])("[W19] is a new version of what it was renamed onto: %s", async (_where, skew, expected) => {
      await using stranger = await sessionIn(elsewhere);
      await write(stranger, "x", "1");
      await refusedFile("y", "22");
      const folder = await walkerOf(first.fileSystem).inoOf(FILES);
      await first.fileSystem.change.rename(folder, "y", folder, "x", neverAborted);
      await kill();
      await setClock(skew);
      await using session = await sessionIn(next);
      await expect.poll(() => session.uploads().pending).toBe(0);
      expect(await remote()).toEqual(expected);
    });
  });

  it.each([
    ["behind", -3600],
    ["ahead", 3600],
  ])(
    "[W15] keeps its result from being completed, unless a newer version is there, with a clock that is %s",
    async (_where, skewSeconds) => {
      await refusedFile("f", "old");
      await kill();
      await setClock(skewSeconds);
      emulator.addFaults("GET /appresults/* n=1 status=403");
      await using session = await sessionIn(next);
      const complete = async (): Promise<unknown> =>
        await session.setStatus(RESULT, { status: "Complete" }, neverAborted);
      await expect(complete()).rejects.toMatchObject({ reason: "unfinished" });
      await using stranger = await sessionIn(elsewhere);
      await write(stranger, "f", "newer");
      await complete();
      expect(await remote()).toEqual(["f 5"]);
    },
  );

  it("[W20] that was interrupted under a temporary name is not finished by its rename", async () => {
    const { fileSystem: fs } = first;
    const handle = await fs.change.create(
      await walkerOf(fs).inoOf(FILES),
      "x.tmp",
      0o644,
      neverAborted,
    );
    await fs.write(handle, 0, Buffer.from("half"), neverAborted);
    await fs.fsync(handle, neverAborted);
    await kill();
    await using session = await sessionIn(next);
    expect(session.uploads()).toMatchObject({ interrupted: 1 });
    const folder = await walkerOf(session.fileSystem).inoOf(FILES);
    await session.fileSystem.change.rename(folder, "x.tmp", folder, "x", neverAborted);
    await session.finishUploads(neverAborted);
    expect(session.uploads()).toMatchObject({ interrupted: 1, pending: 0, awaitingRename: 0 });
    expect(await remote()).toEqual([]);
    fs.release(handle);
  });

  it("[W19] is left to the next mount by one whose start is cancelled, or that ends at once", async () => {
    await refusedFile("f", "one");
    await kill();
    emulator.addFaults("GET /appresults/* delay=60s");
    const cancelling = new AbortController();
    const opening = sessionIn(next, {}, cancelling.signal);
    setTimeout(() => cancelling.abort(new Error("cancelled")), 300);
    const startedMs = performance.now();
    await expect(opening).rejects.toThrow("cancelled");
    expect(performance.now() - startedMs).toBeLessThan(4000);
    emulator.clearFaults();
    emulator.addFaults("POST /appresults/*/files delay=60s");
    const session = await sessionIn(next);
    expect(session.uploads()).toMatchObject({ pending: 1 });
    session.hurry();
    await session[Symbol.asyncDispose]();
    expect(performance.now() - startedMs).toBeLessThan(6000);
    expect(await left()).toHaveLength(1);
    emulator.clearFaults();
    await using after = await sessionIn(next);
    await expect.poll(() => after.uploads().pending).toBe(0);
    expect(await remote()).toEqual(["f 3"]);
  });

  it("[W15] keeps its result from being completed when the mount could not adopt it", async () => {
    await refusedFile("f", "one");
    await kill();
    emulator.addFaults("GET /appresults/* n=1 status=403");
    await using session = await sessionIn(next);
    expect(await left()).toEqual([expect.stringContaining("403")]);
    const completing = session.setStatus(RESULT, { status: "Complete" }, neverAborted);
    await expect(completing).rejects.toMatchObject({ reason: "unfinished" });
  });

  it("[W19] is the newest of several that were left for one path", async () => {
    await refusedFile("f", "old");
    await kill();
    await using second = await sessionIn(elsewhere);
    await refusedFile("f", "newest", second);
    await kill(elsewhere);
    second.hurry();
    await using session = await sessionIn(next);
    await expect.poll(() => session.uploads().pending).toBe(0);
    expect(await remote()).toEqual(["f 6"]);
    expect(await left()).toEqual(["a newer file of its path was left behind too"]);
  });

  it("[W19] is left to another mount by one that is read-only", async () => {
    await refusedFile("f", "one");
    await kill();
    await using _session = await sessionIn(next, { readOnly: true });
    expect(await left()).toHaveLength(1);
    expect(await remote()).toEqual([]);
  });
});

async function write({ fileSystem: fs }: Session, name: string, text: string): Promise<void> {
  const handle = await fs.change.create(await walkerOf(fs).inoOf(FILES), name, 0o644, neverAborted);
  await fs.write(handle, 0, Buffer.from(text), neverAborted);
  await fs.flush(handle, async () => "closed", neverAborted);
  fs.release(handle);
}
