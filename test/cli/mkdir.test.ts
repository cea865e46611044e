import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../helpers/run-cli.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

let emulator: TestEmulator;
let dir: TempDir;

beforeAll(async () => {
  dir = await tempDir();
  const projects = [
    { name: "P", appResults: [{ name: "Up" }], samples: [{ id: "2000", name: "s" }] },
  ];
  emulator = await startTestEmulator({ projects });
});
afterAll(async () => {
  await emulator?.close();
  await dir?.[Symbol.asyncDispose]();
});

/** Every project, and every app result of the first one. */
async function drawn(): Promise<string> {
  const projects = await runCli(["ls", "bs:/projects"], emulator, dir);
  return (
    projects.output + (await runCli(["ls", "bs:/projects/P/appresults"], emulator, dir)).output
  );
}

const NO_PARENTS = /^(?!.*give -p)/s;

describe("bsmount mkdir", () => {
  it.each([
    ["-p", "P/appresults/x/y", 1, /cannot make bs:\/projects\/P\/appresults\/x\/y: nothing new/],
    [
      "",
      "P/appresults/x/y",
      1,
      /cannot make .*nothing new can be made there\n {2}try: make a project/,
    ],
    [
      "-p",
      "P/appresults/Up/y",
      1,
      /cannot make .*nothing new can be made there\n {2}try: make a project/,
    ],
    ["-p", "New/other", 1, /cannot make bs:\/projects\/New\/other: nothing new can be made there/],
    ["-p", "New/samples/1", 1, /cannot make .*\/New\/samples\/1: nothing new can be made there/],
    ["", "New/other", 1, NO_PARENTS],
    ["", "New/samples/1/files", 1, NO_PARENTS],
    ["", "P/appresults/x/files", 1, /try: give -p to make the folders above it/],
    ["", "P/appresults/Up", 1, /has Up already\n {2}try: choose another name, or give -p/],
    ["-p", "P/samples/2000/files", 0, /^$/],
    ["-p", "P/appresults/Up/files", 0, /^$/],
  ])("%s bs:/projects/%s makes nothing, and says why not", async (flag, path, code, says) => {
    const before = await drawn();
    const args = ["mkdir", ...(flag === "" ? [] : [flag]), `bs:/projects/${path}`];
    const { exitCode, output } = await runCli(args, emulator, dir);
    expect([exitCode, output]).toEqual([code, expect.stringMatching(says)]);
    expect(await drawn()).toBe(before);
  });

  it("-p makes a project and its app result, whose files/ comes along", async () => {
    const path = "bs:/projects/Made/appresults/R/files";
    const { exitCode, output } = await runCli(["mkdir", "-p", path], emulator, dir);
    expect([exitCode, output]).toEqual([
      0,
      "bs:/projects/Made was made\nbs:/projects/Made/appresults/R was made\n",
    ]);
  });
});
