import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BaseSpace, type BaseSpaceOptions } from "../../src/api/client.ts";
import { neverAborted } from "../../src/core/abort.ts";
import { reasonOf } from "../../src/core/errors.ts";
import type { FileId } from "../../src/core/ids.ts";
import { connectParts, createReaders } from "../../src/read/create-readers.ts";
import { demoFileSystem } from "../helpers/demo-file-system.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { readBytes } from "../helpers/reading.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { refuse, StoreServer } from "../helpers/store-server.ts";

/* Reading as a user meets it: a real client, an API that gives signed links, and a store of its own. */

const DATA = randomBytes(3 * 1024 * 1024);
const FILE = { fileId: "77" as FileId, sizeBytes: DATA.length, version: "1" };
const LINK_LIFETIME_MS = 600_000;
const MIB = 1024 * 1024;

let clock: FakeClock;
let store: StoreServer;
let emulator: TestEmulator;
let client: BaseSpace;

function connect(options: Partial<BaseSpaceOptions> = {}): BaseSpace {
  const retry = { attempts: 3, firstDelayMs: 1 };
  return new BaseSpace({ ...emulator, retry, environment: {}, ...options });
}

beforeEach(async () => {
  clock = new FakeClock(Date.now());
  store = await StoreServer.start(DATA);
  const content = { base64: DATA.toString("base64") };
  const files = [
    { path: "data.bin", id: "77", content },
    { path: "cold.bam", id: "78", content: "cold", archived: true },
  ];
  emulator = await startTestEmulator(
    { projects: [{ name: "P", appResults: [{ name: "A", files }] }] },
    { objectStoreUrl: store.link("/").origin, linkLifetimeMs: LINK_LIFETIME_MS, clock },
  );
  client = connect({ clock });
});

afterEach(async () => {
  await client.close();
  await emulator.close();
  await store[Symbol.asyncDispose]();
});

/** Reads a byte that no cache has. */
async function readByte(offset: number, { content: source } = client): Promise<void> {
  await using readers = createReaders({ source, memoryBytes: 4 * MIB });
  const reader = readers.open(FILE);
  expect(await readBytes(reader, offset, 1)).toEqual(
    Uint8Array.from(DATA.subarray(offset, offset + 1)),
  );
  reader.close();
}

function linksAsked(): number {
  return emulator.requests.filter(({ path }) => path.endsWith("/files/77/content")).length;
}

describe("a signed link", () => {
  it("[R1] is used for every range of a file until shortly before it ends", async () => {
    await readByte(0);
    await readByte(2 * MIB);
    clock.advance(LINK_LIFETIME_MS - 60_000);
    await readByte(MIB);
    expect(linksAsked()).toBe(1);
    clock.advance(40_000);
    await readByte(0);
    expect(linksAsked()).toBe(2);
    expect(new Set(store.received.map(({ url }) => url)).size).toBe(2);
  });

  it("[R1] that the store refuses is renewed once, then the read fails", async () => {
    // The worker thread has each refusal confirmed by a second request; here each counts.
    await using direct = connect({ fetcher: "main" });
    await readByte(0, direct);
    store.next(refuse(403, "AccessDenied"));
    await readByte(2 * MIB, direct);
    expect(linksAsked()).toBe(2);
    store.next(refuse(403, "AccessDenied"), refuse(403, "AccessDenied"));
    await expect(readByte(MIB, direct)).rejects.toMatchObject({ reason: "access-denied" });
    expect(linksAsked()).toBe(3);
  });

  it("[R1] leads to the bytes by ranged requests, none of them to the API", async () => {
    await readByte(2 * MIB);
    expect(store.received.map(({ headers }) => headers.range)).toEqual([
      expect.stringMatching(/^bytes=2097152-\d+$/),
    ]);
    const bytesOfApi = emulator.requests.reduce((sum, { bytesOut }) => sum + bytesOut, 0);
    expect(bytesOfApi).toBeLessThan(10_000);
  });
});

describe("memory for blocks", () => {
  it("[R5] is what was asked for, to the block", async () => {
    const { store: blocks, fetcher } = connectParts({
      source: client.content,
      memoryBytes: 5 * MIB + 77,
    });
    expect(blocks.capacity * blocks.blockBytes).toBe(5 * MIB);
    await fetcher[Symbol.asyncDispose]();
  });
});

describe("opening", () => {
  const FILES = "/projects/Demo/appresults/Calls/files";

  it("[R6] fails for archived content until it is restored", async () => {
    const { fs, world, clock, inoOf, readFile } = demoFileSystem();
    const cold = await inoOf(`${FILES}/old.bam`);
    const opening = (): unknown => fs.open(cold, 0, neverAborted);
    expect(reasonThrown(opening)).toBe("archived");
    const items = world.files({ kind: "appresult", id: "20" } as never);
    world.put(
      "appresult 20",
      items.map((item) => ({ ...item, isArchived: false })),
    );
    clock.advance(60_000);
    expect(await readFile(`${FILES}/old.bam`)).toHaveLength(10);
  });

  it("[R7] outlasts the name: who has the file open reads on", async () => {
    const { fs, world, clock, inoOf, stat } = demoFileSystem();
    const handle = await fs.open(await inoOf(`${FILES}/calls.vcf.gz`), 0, neverAborted);
    world.put("appresult 20", []);
    clock.advance(60_000);
    await expect(stat(`${FILES}/calls.vcf.gz`)).rejects.toMatchObject({ reason: "not-found" });
    const into = Buffer.alloc(20);
    expect(await fs.read(handle, 0, into, neverAborted)).toBe(10);
    fs.release(handle);
  });
});

function reasonThrown(work: () => unknown): string {
  try {
    work();
    return "none";
  } catch (error) {
    return reasonOf(error);
  }
}
