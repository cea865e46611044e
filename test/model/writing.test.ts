import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";
import { compareContents, compareNames, compareRemote } from "./comparing.ts";
import { DirectFiles } from "./direct-files.ts";
import { anyCommand, type TestedDirectly } from "./failing-commands.ts";
import { closeHandle } from "./file-commands.ts";
import { PlainFiles } from "./plain-files.ts";
import { connect, type Connection, RealFiles, TINY_PARTS } from "./real-files.ts";

/*
 * Whatever programs do to files of an app result, in any order and over several descriptors, with requests
 * that fail or whose responses are lost: names, sizes, bytes and errors are those of a plain model, and
 * BaseSpace has exactly what was closed. A failure prints seed and path: give them to `fc.assert`.
 */

const RUNS = 60;
const LONGEST = 40;

let emulator: TestEmulator;
let connection: Connection;
let folder: TempDir;

beforeAll(async () => {
  emulator = await startTestEmulator(
    { projects: [{ name: "Results", id: "12" }] },
    { minPartBytes: 1 },
  );
  connection = connect(emulator);
  folder = await tempDir();
});

afterAll(async () => {
  await connection?.[Symbol.asyncDispose]();
  await emulator?.close();
  await folder?.[Symbol.asyncDispose]();
});

async function started(keepsStaged: boolean): Promise<{ model: PlainFiles; real: TestedDirectly }> {
  const keptFiles = keepsStaged ? 256 : 0;
  const files = await RealFiles.start(connection, { staging: folder.path, keptFiles });
  const { maxFileBytes, firstPartBytes } = TINY_PARTS;
  const model = new PlainFiles({ maxFileBytes, firstPartBytes, keepsStaged });
  const tested: TestedDirectly = {
    real: new DirectFiles(files),
    handles: new Map(),
    hidden: 0,
    failedRenames: 0,
    begin: () => files.clock.advance(1),
    settle: async () => await files.settled(keepsStaged),
    compare: async (plain) => await compareAll(plain, tested.real),
  };
  return { model, real: tested };
}

/** Every name, type and size; the content of what is in BaseSpace. */
async function compareAll(model: PlainFiles, real: DirectFiles): Promise<void> {
  await compareNames(model, real);
  compareRemote(model, await real.files.remote());
}

/** Whether a request since the last call had a part beyond the first. */
function sentParts(): boolean {
  const isSent = emulator.requests.some(({ path }) => /\/parts\/[2-9]$/.test(path));
  emulator.clearRequests();
  return isSent;
}

/** Everybody closes what they have open, and the mount ends. */
async function end({ model, real: tested }: Awaited<ReturnType<typeof started>>): Promise<void> {
  const { real } = tested;
  const { files } = real;
  for (const handle of model.handles.slice()) await closeHandle(model, tested, handle);
  await compareContents(model, real);
  model.finishAll();
  const finished = await files.staged.finishing.finishAll(neverAborted).then(
    () => true,
    () => false,
  );
  expect(finished, "whether everything could be finished").toBe(!model.hasLost);
  await compareAll(model, real);
  files.refresh();
  await compareAll(model, real);
  await compareContents(model, real);
}

describe("files of an app result", () => {
  test.each([
    ["[W2][W3][W6] are as a plain model says while their bytes are staged", true],
    ["[W2][W3][W6] are as a plain model says when their bytes are only in BaseSpace", false],
  ])(
    "%s",
    async (_title, keepsStaged) => {
      let runsInParts = 0;
      let failedRenames = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.commands([anyCommand], { maxCommands: LONGEST, size: "max" }),
          async (commands) => {
            const both = await started(keepsStaged);
            try {
              await fc.asyncModelRun(() => both, commands);
              await end(both);
            } finally {
              emulator.clearFaults();
              if (sentParts()) runsInParts += 1;
              failedRenames += both.real.failedRenames;
              await both.real.real.files[Symbol.asyncDispose]();
            }
          },
        ),
        { numRuns: RUNS, endOnFailure: false },
      );
      expect(runsInParts, "runs that sent a file in parts").toBeGreaterThan(0);
      expect(failedRenames, "renames whose upload failed").toBeGreaterThan(0);
    },
    120_000,
  );
});
