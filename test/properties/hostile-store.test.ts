import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BaseSpace } from "../../src/api/client.ts";
import type { FileId } from "../../src/core/ids.ts";
import { createReaders } from "../../src/read/create-readers.ts";
import type { Readers } from "../../src/read/reader.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import * as store from "../helpers/store-server.ts";

/*
 * The whole way of a read — reader, blocks, signed link, sockets in a worker thread, undici — against an
 * object store whose responses are short, long, late, wrong or missing, and links that expire all the time.
 * Every read gives the file's bytes, or fails; never other bytes.
 */

const FILE_BYTES = 3 * 1024 * 1024 + 777;

const refused =
  (status: number, body: string): store.Behaviour =>
  ({ response }) => {
    response.writeHead(status, { "content-type": "application/xml" }).end(body);
  };

const late: store.Behaviour = (exchange) => {
  setTimeout(() => store.correct(exchange), 40);
};

const FAULTS: readonly store.Behaviour[] = [
  store.short,
  store.long,
  store.longInSecret,
  store.otherRange,
  store.otherTotal,
  store.resetMidBody,
  store.chunked,
  store.wholeFile,
  store.encoded,
  store.notHttp,
  store.lastOfConnection,
  late,
  refused(503, "busy"),
  refused(500, ""),
  refused(403, "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"),
];

const behaviours = fc.array(
  fc.oneof({ weight: 2, arbitrary: fc.constant(store.correct) }, fc.constantFrom(...FAULTS)),
  { maxLength: 12 },
);
const reads = fc.array(fc.record({ offset: fc.nat(FILE_BYTES + 100), length: fc.nat(400_000) }), {
  minLength: 1,
  maxLength: 6,
});

let data: Buffer;
let server: store.StoreServer;
let emulator: TestEmulator;
let client: BaseSpace;

beforeAll(async () => {
  data = randomBytes(FILE_BYTES);
  server = await store.StoreServer.start(data);
  const file = { path: "data.bin", id: "77", content: { base64: data.toString("base64") } };
  emulator = await startTestEmulator(
    { projects: [{ name: "P", appResults: [{ name: "A", files: [file] }] }] },
    { objectStoreUrl: server.link("/").origin, linkLifetimeMs: 2000 },
  );
  client = new BaseSpace({
    ...emulator,
    timeoutMs: 2000,
    retry: { attempts: 16, firstDelayMs: 1, maxDelayMs: 5 },
  });
});

afterAll(async () => {
  await client?.close();
  await emulator?.close();
  await server?.[Symbol.asyncDispose]();
});

function freshReaders(): Readers {
  return createReaders({ source: client.content, memoryBytes: 2 * 1024 * 1024 });
}

describe("reading from a store that misbehaves", () => {
  it("[R2] returns the file's bytes whatever the responses are like", async () => {
    await fc.assert(
      fc.asyncProperty(behaviours, reads, async (responses, asked) => {
        server.reset();
        server.next(...responses);
        await using readers = freshReaders();
        const content = { fileId: "77" as FileId, sizeBytes: FILE_BYTES, version: "1" };
        const reader = readers.open(content);
        const { signal } = new AbortController();
        await Promise.all(
          asked.map(async ({ offset, length }) => {
            const into = new Uint8Array(length);
            const count = await reader.read(offset, into, signal);
            expect(count).toBe(Math.max(0, Math.min(length, FILE_BYTES - offset)));
            expect(data.subarray(offset, offset + count).equals(into.subarray(0, count))).toBe(
              true,
            );
          }),
        );
        reader.close();
      }),
      { numRuns: 80 },
    );
  }, 60_000);

  it("[R2] fails, and returns no byte, when every response is wrong", async () => {
    server.reset();
    server.next(...Array.from({ length: 200 }, () => store.otherRange));
    await using readers = freshReaders();
    const reader = readers.open({ fileId: "77", sizeBytes: FILE_BYTES, version: "1" });
    const into = new Uint8Array(1000);
    const reading = Promise.resolve(reader.read(0, into, new AbortController().signal));
    await expect(reading).rejects.toMatchObject({ reason: "unavailable" });
    expect(into.every((byte) => byte === 0)).toBe(true);
  });

  it("[S2] sends the store no credentials", () => {
    expect(server.received.length).toBeGreaterThan(0);
    for (const { headers, url } of server.received) {
      expect(headers).not.toHaveProperty("authorization");
      expect(headers).not.toHaveProperty("x-access-token");
      expect(headers).not.toHaveProperty("cookie");
      expect(url).not.toContain(emulator.accessToken);
    }
  });
});
