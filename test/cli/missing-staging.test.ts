import { mkdir, rename } from "node:fs/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { StagingFolders } from "../../src/write/staging-folders.ts";
import { runCli } from "../helpers/run-cli.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

/* The disk of a folder that a mount has staged files in is away. */

let dir: TempDir;
let emulator: TestEmulator;

beforeAll(async () => {
  dir = await tempDir();
  emulator = await startTestEmulator();
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
          /^bsmount: warning: cannot look for staged files in .*\/disk, which is not there/,
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
