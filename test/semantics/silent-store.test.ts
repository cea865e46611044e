import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BaseSpace } from "../../src/api/client.ts";
import type { FileId } from "../../src/core/ids.ts";
import { createReaders } from "../../src/read/create-readers.ts";
import type { Reader } from "../../src/read/reader.ts";
import { readBytes } from "../helpers/reading.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { silent, StoreServer } from "../helpers/store-server.ts";

describe("[E3] a store that accepts connections and never responds", () => {
  const DEADLINE_MS = 1000;
  const DATA = Buffer.alloc(100_000, "bsmount ");
  let store: StoreServer;
  let emulator: TestEmulator;
  let client: BaseSpace;

  beforeEach(async () => {
    store = await StoreServer.start(DATA);
    const file = { path: "f", id: "77", content: { base64: DATA.toString("base64") } };
    emulator = await startTestEmulator(
      { projects: [{ name: "p", appResults: [{ name: "r", files: [file] }] }] },
      { objectStoreUrl: store.link("/").origin },
    );
    client = new BaseSpace({ ...emulator, environment: {} });
    store.next(...Array.from({ length: 100 }, () => silent));
  });
  afterEach(async () => {
    await client.close();
    await emulator.close();
    await store[Symbol.asyncDispose]();
  });

  async function attempt(reader: Reader): Promise<string> {
    try {
      const bytes = await readBytes(reader, 0, 4096, AbortSignal.timeout(DEADLINE_MS));
      return bytes.every((byte, at) => byte === DATA[at]) ? "right" : "wrong";
    } catch (error) {
      return error instanceof Error ? error.name : "";
    }
  }

  it("lets ten readers that stand in line for one page wait for one deadline together", async () => {
    await using readers = createReaders({ source: client.content, memoryBytes: 2 * 1024 * 1024 });
    const content = { fileId: "77" as FileId, sizeBytes: DATA.length, version: "1" };
    const begun = performance.now();
    const all = Array.from({ length: 10 }, () => readers.open(content));
    // The kernel holds the page for one reader at a time, and asks a second time for each.
    for (const reader of all) {
      expect(await attempt(reader)).toMatch(/TimeoutError|BsmountError/);
      expect(await attempt(reader)).toBe("BsmountError");
    }
    expect(performance.now() - begun).toBeLessThan(DEADLINE_MS + 1500);

    store.reset();
    const revived = performance.now();
    const [reader] = all;
    if (reader === undefined) throw new Error("there is no reader");
    await expect.poll(async () => await attempt(reader), { timeout: 5000 }).toBe("right");
    expect(performance.now() - revived).toBeLessThan(2500);
  });
});
