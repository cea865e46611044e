import { expect, it } from "vitest";
import { resolveConfig } from "../../src/config/config.ts";
import { neverAborted } from "../../src/core/abort.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { openSession, type Session } from "../../src/session/session.ts";
import { walkerOf } from "../helpers/demo-file-system.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

const RESULT = "/projects/P/appresults/R";
const FILES = `${RESULT}/files`;

async function sessionIn(home: TempDir, emulator: TestEmulator): Promise<Session> {
  const variables = { BASESPACE_ACCESS_TOKEN: emulator.accessToken };
  const environment = { variables, home: home.path, uid: 0, gid: 0 };
  const config = await resolveConfig({ apiServer: emulator.apiServer }, environment);
  return await openSession(config, { logger: silentLogger }, neverAborted);
}

/** Writes a file through the mount's file system, in folders that this makes. */
async function fill({ fileSystem: fs }: Session): Promise<void> {
  const { inoOf } = walkerOf(fs);
  for (const name of ["empty", "full"])
    await fs.change.mkdir(await inoOf(FILES), name, 0o755, neverAborted);
  const folder = await inoOf(`${FILES}/full`);
  const handle = await fs.change.create(folder, "x", 0o644, neverAborted);
  await fs.write(handle, 0, Buffer.from("x"), neverAborted);
  await fs.flush(handle, async () => "closed", neverAborted);
  fs.release(handle);
}

it.each([
  ["completed", "Complete", "here"],
  ["aborted", "Aborted", "here"],
  ["completed elsewhere, after a refresh", "Complete", "elsewhere"],
] as const)(
  "[W1] empty folders, which BaseSpace does not have, are gone when their result is %s",
  async (_how, status, where) => {
    await using home = await tempDir();
    await using other = await tempDir();
    const appResults = [{ name: "R", status: "Running" as const }];
    await using emulator = await startTestEmulator({ projects: [{ name: "P", appResults }] });
    await using session = await sessionIn(home, emulator);
    await using stranger = await sessionIn(other, emulator);
    const { names } = walkerOf(session.fileSystem);
    await fill(session);
    expect(await names(FILES)).toEqual(["empty", "full"]);
    await (where === "here" ? session : stranger).setStatus(RESULT, { status }, neverAborted);
    if (where === "elsewhere") await session.refresh();
    expect(await names(FILES)).toEqual(["full"]);
    expect(await names(`${FILES}/full`)).toEqual(["x"]);
  },
);
