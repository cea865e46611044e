import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { MoveBytes, MovedBytes, Way } from "../helpers/move-bytes.ts";
import { runCommand } from "../helpers/run-command.ts";
import { startTestEmulator } from "../helpers/start-test-emulator.ts";
import { tempDir } from "../helpers/temp-dir.ts";

/* Memory does not grow with what is moved, whichever way, in a process that does nothing else. */

const MIB = 1024 * 1024;
const PROGRAM = fileURLToPath(new URL("../helpers/move-bytes.ts", import.meta.url));
const STORED = { id: "100", path: "stored.bin", content: { seed: "stored", size: 256 * MIB } };
const OPEN = { id: "31", name: "open", status: "Running" } as const;

/** The buffers of what is under way, what each thread's garbage collector lets lie, and what malloc keeps. */
const ALLOWED_BYTES = 256 * MIB;

const ways: readonly (readonly [way: Way, totalBytes: number])[] = [
  ["files up", 1024 * MIB],
  ["refused files", 512 * MIB],
  ["streams up", 1024 * MIB],
  ["streams down", 1024 * MIB],
];

async function run(settings: MoveBytes): Promise<MovedBytes> {
  const args = ["--import", "tsx", PROGRAM, JSON.stringify(settings)];
  const { code, stdout, stderr } = await runCommand(process.execPath, args, { timeoutMs: 280_000 });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout) as MovedBytes;
}

describe("memory that a process has for itself", () => {
  test.each(ways)("does not grow with %s", { timeout: 300_000 }, async (way, totalBytes) => {
    await using dir = await tempDir();
    const projects = [{ name: "p", appResults: [{ name: "done", files: [STORED] }, OPEN] }];
    await using emulator = await startTestEmulator({ projects }, { dataDir: dir.join("data") });
    const path = dir.join("sent.bin");
    await writeFile(path, randomBytes(3_000_000));
    const { apiServer, accessToken } = emulator;
    const what = { way, path, storedId: STORED.id, appResultId: OPEN.id, totalBytes };
    const moved = await run({ ...what, apiServer, accessToken });
    expect(moved.movedBytes).toBeGreaterThanOrEqual(totalBytes);
    expect(moved.peakBytes - moved.firstBytes).toBeLessThan(ALLOWED_BYTES);
  });
});
