import { constants } from "node:fs";
import { cp } from "node:fs/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { resolveConfig } from "../../src/config/config.ts";
import { neverAborted } from "../../src/core/abort.ts";
import { reasonOf } from "../../src/core/errors.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { openSession, type Session } from "../../src/session/session.ts";
import { walkerOf } from "../helpers/demo-file-system.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

/* Files that were removed, renamed or replaced, and whose mount was killed, or whose result was completed meanwhile. */

const RESULT = "/projects/P/appresults/R";
const FILES = `${RESULT}/files`;
const REFUSED = "POST /appresults/*/files status=403";

let home: TempDir;
let next: TempDir;
let emulator: TestEmulator;
let first: Session;

beforeEach(async () => {
  home = await tempDir();
  next = await tempDir();
  const appResults = [{ name: "R", status: "Running" as const }];
  emulator = await startTestEmulator({ projects: [{ name: "P", appResults }] });
  first = await sessionIn(home);
  return async () => {
    first.hurry();
    await first[Symbol.asyncDispose]();
    await emulator.close();
    for (const folder of [home, next]) await folder[Symbol.asyncDispose]();
  };
});

async function sessionIn(folder: TempDir, adoptsLeftovers = true): Promise<Session> {
  const variables = { BASESPACE_ACCESS_TOKEN: emulator.accessToken };
  const environment = { variables, home: folder.path, uid: 0, gid: 0 };
  const config = await resolveConfig({ apiServer: emulator.apiServer }, environment);
  return await openSession(config, { logger: silentLogger, adoptsLeftovers }, neverAborted);
}

/** Another session of the same state folder: nothing that the one before has written is staged in it. */
async function reopen(): Promise<void> {
  await first[Symbol.asyncDispose]();
  first = await sessionIn(home);
}

interface Written {
  readonly name: string;
  readonly text: string;
  /** Whether the service refuses it, so that it stays in staging. */
  readonly isRefused?: boolean;
}

async function write({ name, text, isRefused = false }: Written): Promise<void> {
  const { fileSystem: fs } = first;
  const folder = await walkerOf(fs).inoOf(FILES);
  const flags = constants.O_WRONLY | constants.O_TRUNC;
  const isThere = (await names(first)).includes(name);
  const handle = isThere
    ? await fs.open((await fs.lookup(folder, name, neverAborted)).ino, flags, neverAborted)
    : await fs.change.create(folder, name, 0o644, neverAborted);
  await fs.write(handle, 0, Buffer.from(text), neverAborted);
  if (isRefused) emulator.addFaults(REFUSED);
  const closed = Promise.resolve(fs.flush(handle, async () => "closed", neverAborted));
  expect(await closed.then(() => "none", reasonOf)).toBe(isRefused ? "access-denied" : "none");
  fs.release(handle);
  emulator.clearFaults();
}

async function remove(name: string, { fileSystem: fs } = first): Promise<void> {
  await fs.change.unlink(await walkerOf(fs).inoOf(FILES), name, neverAborted);
}

async function rename(from: string, to: string): Promise<void> {
  const { fileSystem: fs } = first;
  const folder = await walkerOf(fs).inoOf(FILES);
  await fs.change.rename(folder, from, folder, to, neverAborted);
}

/** The state of the next session is what the first one has now, without its locks. */
async function kill(): Promise<void> {
  const filter = (path: string): boolean => !path.includes(".lock");
  await cp(home.join(".local/state"), next.join(".local/state"), { recursive: true, filter });
}

const names = async ({ fileSystem }: Session): Promise<readonly string[]> =>
  (await walkerOf(fileSystem).names(FILES)).toSorted();

const text = async ({ fileSystem }: Session, name: string): Promise<string> =>
  await walkerOf(fileSystem).readFile(`${FILES}/${name}`);

/** How many requests are still to be delayed. */
async function requestsToDelay(): Promise<number | undefined> {
  const response = await fetch(`${emulator.apiServer}/__faults`);
  return ((await response.json()) as { readonly left?: number }[])[0]?.left;
}

describe("a file that is written again after it was removed or renamed", () => {
  it("[W19][W28] is uploaded by the next mount: what is hidden is not newer", async () => {
    await write({ name: "f", text: "one" });
    await remove("f");
    await write({ name: "f", text: "second", isRefused: true });
    await kill();
    await using session = await sessionIn(next);
    await expect.poll(() => session.uploads()).toMatchObject({ pending: 0, failed: 0 });
    expect([await names(session), await text(session, "f")]).toEqual([["f"], "second"]);
  });

  it("[W19][W28] is shown by all later mounts, also when it has the same bytes", async () => {
    await write({ name: "f", text: "same" });
    await remove("f");
    await write({ name: "f", text: "same", isRefused: true });
    await kill();
    {
      await using session = await sessionIn(next);
      await expect.poll(() => session.uploads()).toMatchObject({ pending: 0, failed: 0 });
    }
    await using session = await sessionIn(next);
    expect(await names(session)).toEqual(["f"]);
  });

  it("[W15][W28] keeps its result from being completed without it", async () => {
    await write({ name: "f", text: "one" });
    await remove("f");
    await write({ name: "f", text: "second", isRefused: true });
    await kill();
    await using session = await sessionIn(next, false);
    const completed = session.setStatus(RESULT, { status: "Complete" }, neverAborted);
    expect(await completed.then(() => "none", reasonOf)).toBe("unfinished");
  });

  it("[W2] leaves no old name behind when its new version was renamed before a crash", async () => {
    await write({ name: "x", text: "old" });
    await reopen();
    await write({ name: "x", text: "newer", isRefused: true });
    await rename("x", "y");
    expect(await names(first)).toEqual(["y"]);
    await kill();
    await using session = await sessionIn(next);
    await expect.poll(() => session.uploads()).toMatchObject({ pending: 0, failed: 0 });
    expect([await names(session), await text(session, "y")]).toEqual([["y"], "newer"]);
  });
});

describe("a result that is being completed", () => {
  it("[W13] lets no file in it be renamed, so that none is missing when it is complete", async () => {
    await write({ name: "a", text: "one" });
    await write({ name: "b", text: "two", isRefused: true });
    emulator.addFaults("POST /appresults/*/files n=1 delay=500ms");
    const completed = first.setStatus(RESULT, { status: "Complete" }, neverAborted);
    await expect.poll(requestsToDelay).toBe(0);
    for (const name of ["a", "b"]) {
      expect(await rename(name, `${name}.tmp`).then(() => "none", reasonOf)).toBe("busy");
    }
    await completed;
    await first.refresh();
    expect(await names(first)).toEqual(["a", "b"]);
  });

  it("[W28] still shows a version whose successor was never uploaded, when that is removed", async () => {
    await write({ name: "x", text: "old" });
    await write({ name: "x", text: "newer", isRefused: true });
    const { client } = first;
    const [project] = await client.users.projects().all();
    const [result] = await client.projects.appResults(project?.id ?? "").all();
    const { appSession } = await client.appResults.get(result?.id ?? "");
    await client.appSessions.setStatus(appSession?.id ?? "", { status: "Complete", summary: "" });
    await first.refresh();
    await remove("x");
    expect([await names(first), await text(first, "x")]).toEqual([["x"], "old"]);
  });
});

describe("a file that was removed on another mount", () => {
  it("[W28] is not shown any more by the mount that wrote it", async () => {
    await write({ name: "f", text: "one" });
    await using other = await sessionIn(home, false);
    await remove("f", other);
    await expect.poll(async () => await names(first), { timeout: 5000 }).toEqual([]);
  });
});
