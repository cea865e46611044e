import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../helpers/run-cli.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

let emulator: TestEmulator;
let dir: TempDir;

beforeAll(async () => {
  dir = await tempDir();
  const appResults = ["One", "Two", "Three"].map((name) => ({ name, status: "Running" as const }));
  emulator = await startTestEmulator({ projects: [{ name: "P", appResults }] });
});
afterAll(async () => {
  await emulator?.close();
  await dir?.[Symbol.asyncDispose]();
});

describe("a command that sets the status of an app result", () => {
  it.each([
    ["complete", "One/files", "One is Complete"],
    ["abort", "Two", "Two is Aborted"],
    ["needs-attention", "Three/files/", "Three is NeedsAttention"],
  ])("%s names the app result, not the path in it", async (command, path, says) => {
    const args = [command, `bs:/projects/P/appresults/${path}`];
    const { exitCode, output } = await runCli(args, emulator, dir);
    expect([exitCode, output]).toEqual([0, `/projects/P/appresults/${says}\n`]);
  });
});
