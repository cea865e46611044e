import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { once } from "node:events";
import { Readable } from "node:stream";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { BaseSpace } from "../../src/api/client.ts";
import type { AppResultId } from "../../src/core/ids.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { tempDir } from "../helpers/temp-dir.ts";

const destination = { appResultId: "31" as AppResultId, path: "stream" };
const gaveUp = new Error("gave up");
const bytes = Buffer.alloc(26_000_000, "x");

let emulator: TestEmulator;
let client: BaseSpace;
let dir: Awaited<ReturnType<typeof tempDir>>;

beforeAll(async () => {
  emulator = await startTestEmulator({
    projects: [{ name: "p", appResults: [{ id: "31", name: "open", status: "Running" }] }],
  });
  const { apiServer, accessToken } = emulator;
  client = new BaseSpace({ apiServer, accessToken, environment: {} });
});

afterAll(async () => {
  await client.close();
  await emulator.close();
});

beforeEach(async () => {
  emulator.clearFaults();
  dir = await tempDir();
});

afterEach(async () => await dir[Symbol.asyncDispose]());

describe("a stream that stands still", () => {
  test.each([1, bytes.length])(
    "after %i bytes is not waited for when it is aborted",
    async (length) => {
      const controller = new AbortController();
      async function* standing(): AsyncGenerator<Uint8Array> {
        yield bytes.subarray(0, length);
        controller.abort(gaveUp);
        await new Promise(() => {});
      }
      const { signal } = controller;
      await expect(client.transfers.upload(destination, standing(), { signal })).rejects.toBe(
        gaveUp,
      );
    },
  );

  test("and is a Node stream is closed", async () => {
    const controller = new AbortController();
    const stream = new Readable({ read: () => controller.abort(gaveUp) });
    const { signal } = controller;
    await expect(client.transfers.upload(destination, stream, { signal })).rejects.toBe(gaveUp);
    expect(stream.destroyed).toBe(true);
  });
});

describe("a stream whose upload fails", () => {
  test.each(["POST /appresults/*/files status=403", "PUT /files/*/parts/1 status=400"])(
    "by %s is closed",
    async (fault) => {
      await writeFile(dir.join("f"), bytes);
      emulator.addFaults(fault);
      const stream = createReadStream(dir.join("f"));
      const closed = once(stream, "close");
      await expect(client.transfers.upload(destination, stream)).rejects.toThrow(
        "A fault was asked for",
      );
      await closed;
      let isClosed = false;
      async function* pieces(): AsyncGenerator<Uint8Array> {
        try {
          for (;;) yield bytes;
        } finally {
          isClosed = true;
        }
      }
      await expect(client.transfers.upload(destination, pieces())).rejects.toThrow(
        "A fault was asked",
      );
      expect(isClosed).toBe(true);
    },
  );

  test("by its path is closed before anything is requested", async () => {
    const stream = Readable.from([bytes]);
    const nowhere = { ...destination, path: "../x" };
    await expect(client.transfers.upload(nowhere, stream)).rejects.toMatchObject({
      reason: "invalid",
    });
    expect(stream.destroyed).toBe(true);
  });
});

test("a stream of texts is refused, and not taken for zeros", async () => {
  const stream = Readable.from(["text"]) as AsyncIterable<Uint8Array>;
  await expect(client.transfers.upload(destination, stream)).rejects.toMatchObject({
    reason: "usage",
  });
});

test("a stream of many parts arrives as it is, for memory is used again when its part has landed", async () => {
  const pieceBytes = 2 * 1024 * 1024;
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < 25; at += 1) yield Buffer.alloc(pieceBytes, at + 1);
  }
  emulator.addFaults("PUT /files/*/parts/2 n=1 delay=300ms", "PUT /files/*/parts/3 n=1 status=503");
  const options = { partBytes: 5 * 1024 * 1024, parallel: 2 };
  const { id } = await client.transfers.upload(destination, pieces(), options);
  const arrived = await client.transfers.download.read(id);
  expect(arrived).toHaveLength(25 * pieceBytes);
  for (let at = 0; at < 25; at += 1) {
    const piece = arrived.subarray(at * pieceBytes, (at + 1) * pieceBytes);
    expect(piece.every((byte) => byte === at + 1)).toBe(true);
  }
});
