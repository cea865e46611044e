import { createHash, randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { BaseSpace } from "../../src/api/client.ts";
import type { TransferOptions } from "../../src/api/transfers/options.ts";
import { ByteBudget } from "../../src/core/byte-budget.ts";
import { neverAborted } from "../../src/core/abort.ts";
import type { AppResultId, FileId } from "../../src/core/ids.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { tempDir } from "../helpers/temp-dir.ts";

const MIB = 1024 * 1024;
const FILE = "100" as FileId;
const OPEN = "31" as AppResultId;
const stored = randomBytes(9 * MIB + 17);
const sent = randomBytes(26_000_000);

let emulator: TestEmulator;
let client: BaseSpace;
let dir: Awaited<ReturnType<typeof tempDir>>;

beforeAll(async () => {
  const files = [{ id: FILE, path: "big.bin", content: { base64: stored.toString("base64") } }];
  const open = { id: OPEN, name: "open", status: "Running" as const };
  emulator = await startTestEmulator({
    projects: [{ name: "p", appResults: [{ name: "done", files }, open] }],
  });
  const { apiServer, accessToken } = emulator;
  client = new BaseSpace({ apiServer, accessToken, environment: {} });
});

afterAll(async () => {
  await client.close();
  await emulator.close();
});

beforeEach(async () => {
  dir = await tempDir();
});

afterEach(async () => await dir[Symbol.asyncDispose]());

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += MIB) yield bytes.subarray(at, at + MIB);
}

const md5 = (bytes: Uint8Array): string => createHash("md5").update(bytes).digest("hex");

/** Every way to move bytes, with what it is said to have moved. */
let written = 0;

/** A file of its own: one that is written again would have changed while it is uploaded. */
async function newFile(bytes: Uint8Array): Promise<string> {
  written += 1;
  const path = dir.join(`local-${written}`);
  await writeFile(path, bytes);
  return path;
}

const ways: Readonly<Record<string, (options: TransferOptions) => Promise<string | number>>> = {
  "a download to a file": async (options) =>
    (await client.transfers.download.toFile(FILE, dir.join(`${Math.random()}`), options)).sizeBytes,
  "a download into memory": async (options) =>
    md5(await client.transfers.download.read(FILE, options)),
  "a download as a stream": async (options) =>
    md5(await buffer(client.transfers.download.stream(FILE, options))),
  "an upload of a file in one piece": async (options) => {
    const path = await newFile(sent.subarray(0, 1000));
    const place = { appResultId: OPEN, path: "small" };
    return (await client.transfers.upload(place, path, options)).sizeBytes;
  },
  "an upload of a file in parts": async (options) => {
    const path = await newFile(sent);
    const place = { appResultId: OPEN, path: "parts" };
    return (await client.transfers.upload(place, path, options)).sizeBytes;
  },
  "an upload of a short stream": async (options) => {
    const place = { appResultId: OPEN, path: "short" };
    const stream = pieces(sent.subarray(0, 1000));
    return (await client.transfers.upload(place, stream, options)).sizeBytes;
  },
  "an upload of a stream in parts": async (options) => {
    const place = { appResultId: OPEN, path: "stream" };
    return (await client.transfers.upload(place, pieces(sent), options)).sizeBytes;
  },
};

describe("memory that several transfers share", () => {
  test.each(Object.keys(ways))("is waited for by %s, and given back", async (way) => {
    const move = ways[way];
    if (move === undefined) throw new Error(way);
    const memory = new ByteBudget(1);
    const giveBack = await memory.take(1, neverAborted);
    let hasEnded = false;
    const waiting = move({ memory }).finally(() => {
      hasEnded = true;
    });
    // One that began later, and need not wait, is done before.
    const free = await move({});
    expect(hasEnded).toBe(false);
    giveBack();
    expect(await waiting).toEqual(free);
    // All is there again: what is larger than the whole is granted alone.
    (await memory.take(2, AbortSignal.timeout(5000)))();
  });

  test("is waited for by the check of what an earlier download left", async () => {
    const file = await client.files.get(FILE);
    const cut = new AbortController();
    const options = { partBytes: MIB, parallel: 1 };
    const onProgress = ({ doneBytes }: { readonly doneBytes: number }): void => {
      if (doneBytes === stored.length) cut.abort(new Error("cut short"));
    };
    const target = dir.join("out");
    const first = { ...options, signal: cut.signal, onProgress };
    await expect(client.transfers.download.toFile(file, target, first)).rejects.toThrow(
      "cut short",
    );
    const memory = new ByteBudget(1);
    await memory.take(1, neverAborted);
    const late = new AbortController();
    // Nothing is to be fetched any more: without a look at the memory it would end now.
    const second = client.transfers.download.toFile(file, target, {
      ...options,
      memory,
      signal: late.signal,
      onProgress: () => expect.unreachable("a part was looked at"),
    });
    const noted = expect(second).rejects.toThrow("too late");
    await client.transfers.download.toFile(file, dir.join("other"), options);
    late.abort(new Error("too late"));
    await noted;
  });

  test("is given back by a stream that its reader leaves, and by an upload that fails", async () => {
    const memory = new ByteBudget(64 * MIB);
    for await (const piece of client.transfers.download.stream(FILE, { memory })) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
    emulator.addFaults("PUT /files/*/parts/2 n=1 status=400");
    const place = { appResultId: OPEN, path: "fails" };
    await expect(client.transfers.upload(place, pieces(sent), { memory })).rejects.toMatchObject({
      status: 400,
    });
    (await memory.take(64 * MIB, AbortSignal.timeout(5000)))();
  });

  test("is enough for two streams that go up at a time, of which each needs all of it", async () => {
    const memory = new ByteBudget(1);
    const uploads = ["one", "two"].map(async (path) => {
      const place = { appResultId: OPEN, path };
      return await client.transfers.upload(place, pieces(sent), { memory });
    });
    for (const { sizeBytes } of await Promise.all(uploads)) expect(sizeBytes).toBe(sent.length);
  });
});
