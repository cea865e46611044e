import { cp } from "node:fs/promises";
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

async function sessionIn(folder: TempDir, flags: object = {}): Promise<Session> {
  const variables = { BASESPACE_ACCESS_TOKEN: emulator.accessToken };
  const environment = { variables, home: folder.path, uid: 0, gid: 0 };
  const config = await resolveConfig({ apiServer: emulator.apiServer, ...flags }, environment);
  const options = { logger: silentLogger, adoptsLeftovers: !config.mount.readOnly };
  return await openSession(config, options, neverAborted);
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
