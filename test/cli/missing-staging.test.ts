import { mkdir, rename } from "node:fs/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { resolveConfig } from "../../src/config/config.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { openSession } from "../../src/session/session.ts";
import { StagingFolders } from "../../src/write/staging-folders.ts";
import { walkerOf } from "../helpers/demo-file-system.ts";
import { runCli } from "../helpers/run-cli.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

/* The disk of a folder that a mount has staged files in is away. */

const RESULT = "/projects/P/appresults/r";

let dir: TempDir;
let emulator: TestEmulator;

beforeAll(async () => {
  dir = await tempDir();
  const appResults = ["r", "aborted"].map((name) => ({ name, status: "Running" as const }));
  emulator = await startTestEmulator({ projects: [{ name: "P", appResults }] });
  const [current, state] = [dir.join("disk"), dir.join("state/bsmount")];
  await mkdir(current, { mode: 0o700 });
  await mkdir(state, { recursive: true, mode: 0o700 });
  const [usual, records] = [`${state}/staging`, `${state}/staging-folders`];
  await new StagingFolders({ current, usual, records }).noteUse();
  await rename(current, dir.join("away"));
});
afterAll(async () => {
  await emulator?.close();
  await dir?.[Symbol.asyncDispose]();
});

it.each(["list", "wait", "resume"])(
  "[W15] bsmount uploads %s claims nothing about a folder that is not there",
  async (command) => {
    const { exitCode, output } = await runCli(["uploads", command], emulator, dir);
    expect([exitCode, output.split("\n")]).toEqual([
      0,
      [
        expect.stringMatching(
          /^bsmount: warning: cannot look for staged files in .*\/disk, which is not there.*; if it is gone for good, bsmount uploads discard .*\/disk forgets it$/,
        ),
        `nothing was found, but ${dir.join("disk")} could not be searched`,
        "",
      ],
    ]);
  },
);

it("bsmount uploads list says that the folder which it was given is not there", async () => {
  const args = ["uploads", "list", "--staging-dir", dir.join("typo")];
  const { output } = await runCli(args, emulator, dir);
  expect(output).toContain(
    `nothing was found, but ${dir.join("typo")} and ${dir.join("disk")} could not be searched\n`,
  );
});

it("[W15] no result is made Complete while a folder is not there that may have files of it", async () => {
  const disk = dir.join("disk");
  const { exitCode, output } = await runCli(["complete", `bs:${RESULT}`], emulator, dir);
  expect([exitCode, output.split("\n")]).toEqual([
    3,
    [
      `bsmount: cannot make r Complete: the staging folder ${disk} is not there, and a mount may have left files of it in it`,
      `  try: mount its disk and run it again; if the folder is gone for good, bsmount uploads discard ${disk} forgets it`,
      "",
    ],
  ]);
  const aborted = await runCli(["abort", "bs:/projects/P/appresults/aborted"], emulator, dir);
  expect([aborted.exitCode, aborted.output]).toEqual([0, expect.stringContaining("/disk, which")]);
});

it("[W15] [W30] the end of a mount completes no result while such a folder is not there", async () => {
  const variables = {
    BASESPACE_API_SERVER: emulator.apiServer,
    BASESPACE_ACCESS_TOKEN: emulator.accessToken,
    XDG_STATE_HOME: dir.join("state"),
  };
  const environment = { home: dir.path, uid: 0, gid: 0, variables };
  const config = await resolveConfig({ completeOnUnmount: true }, environment);
  await using session = await openSession(config, { logger: silentLogger }, neverAborted);
  const { inoOf } = walkerOf(session.fileSystem);
  const parent = await inoOf("/projects/P/appresults");
  await session.fileSystem.change.mkdir(parent, "made", 0o755, neverAborted);
  const { completed, notCompleted } = await session.completion.complete();
  expect([completed, notCompleted]).toEqual([
    [],
    [
      {
        path: expect.stringMatching(/made$/),
        why: expect.stringContaining("/disk is not there") as string,
      },
    ],
  ]);
});

it("[W15] bsmount uploads discard forgets a folder that is gone for good, after which a result can end", async () => {
  const disk = dir.join("disk");
  const asked = await runCli(["uploads", "discard", disk], emulator, dir);
  expect([asked.exitCode, asked.output]).toEqual([
    2,
    expect.stringContaining("the record of 1 staging folder that cannot be found would be lost"),
  ]);
  const { exitCode, output } = await runCli(["uploads", "discard", "--yes", disk], emulator, dir);
  expect([exitCode, output]).toEqual([0, `forgot the staging folder ${disk}\n`]);
  const completed = await runCli(["complete", `bs:${RESULT}`], emulator, dir);
  expect([completed.exitCode, completed.output]).toEqual([0, `${RESULT} is Complete\n`]);
  const again = await runCli(["uploads", "discard", "--yes", disk], emulator, dir);
  expect(again.exitCode).toBe(2);
});
