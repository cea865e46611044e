import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { BaseSpace } from "../../src/api/client.ts";
import type { AppResultId, FileId } from "../../src/core/ids.ts";
import { startTestEmulator, type TestEmulator } from "./start-test-emulator.ts";
import { type TempDir, tempDir } from "./temp-dir.ts";

/** The file to download. */
export const STORED_FILE: FileId = "100";
/** The app result for uploads. */
export const OPEN_RESULT: AppResultId = "31";

export interface TransferWorld {
  readonly emulator: TestEmulator;
  readonly client: BaseSpace;
  /** Empty for each test. */
  readonly dir: TempDir;
}

/** An account with one file of these bytes and one open result, for the tests of the file that calls this. */
export function transferWorld(stored: Buffer): TransferWorld {
  const world: { -readonly [Key in keyof TransferWorld]?: TransferWorld[Key] } = {};
  beforeAll(async () => {
    const content = { base64: stored.toString("base64") };
    const files = [{ id: STORED_FILE, path: "big.bin", content }];
    const open = { id: OPEN_RESULT, name: "open", status: "Running" } as const;
    const emulator = await startTestEmulator({
      projects: [{ name: "p", appResults: [{ name: "done", files }, open] }],
    });
    const { apiServer, accessToken } = emulator;
    const client = new BaseSpace({ apiServer, accessToken, environment: {} });
    Object.assign(world, { emulator, client });
  });
  afterAll(async () => {
    await world.client?.close();
    await world.emulator?.close();
  });
  beforeEach(async () => {
    world.dir = await tempDir();
  });
  afterEach(async () => await world.dir?.[Symbol.asyncDispose]());
  return world as TransferWorld;
}
