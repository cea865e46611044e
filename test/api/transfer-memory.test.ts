import { createHash, randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import type { TransferOptions } from "../../src/api/transfers/options.ts";
import { ByteBudget } from "../../src/core/byte-budget.ts";
import { neverAborted } from "../../src/core/abort.ts";
import { OPEN_RESULT, STORED_FILE, transferWorld } from "../helpers/transfer-world.ts";

const MIB = 1024 * 1024;
const stored = randomBytes(9 * MIB + 17);
const sent = randomBytes(26_000_000);

const world = transferWorld(stored);

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += MIB) yield bytes.subarray(at, at + MIB);
}

const md5 = (bytes: Uint8Array): string => createHash("md5").update(bytes).digest("hex");

/** Every way to move bytes, with what it is said to have moved. */
let written = 0;

/** A file of its own: one that is written again would have changed while it is uploaded. */
async function newFile(bytes: Uint8Array): Promise<string> {
  written += 1;
  const path = world.dir.join(`local-${written}`);
  await writeFile(path, bytes);
  return path;
}

const ways: Readonly<Record<string, (options: TransferOptions) => Promise<string | number>>> = {
  "a download to a file": async (options) =>
    (
      await world.client.transfers.download.toFile(
        STORED_FILE,
        world.dir.join(`${Math.random()}`),
        options,
      )
    ).sizeBytes,
  "a download into memory": async (options) =>
    md5(await world.client.transfers.download.read(STORED_FILE, options)),
  "a download as a stream": async (options) =>
    md5(await buffer(world.client.transfers.download.stream(STORED_FILE, options))),
  "an upload of a file in one piece": async (options) => {
    const path = await newFile(sent.subarray(0, 1000));
    const destination = { appResultId: OPEN_RESULT, path: "small" };
    return (await world.client.transfers.upload(destination, path, options)).sizeBytes;
  },
  "an upload of a file in parts": async (options) => {
    const path = await newFile(sent);
    const destination = { appResultId: OPEN_RESULT, path: "parts" };
    return (await world.client.transfers.upload(destination, path, options)).sizeBytes;
  },
  "an upload of a short stream": async (options) => {
    const destination = { appResultId: OPEN_RESULT, path: "short" };
    const stream = pieces(sent.subarray(0, 1000));
    return (await world.client.transfers.upload(destination, stream, options)).sizeBytes;
  },
  "an upload of a stream in parts": async (options) => {
    const destination = { appResultId: OPEN_RESULT, path: "stream" };
    return (await world.client.transfers.upload(destination, pieces(sent), options)).sizeBytes;
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
    const file = await world.client.files.get(STORED_FILE);
    const cut = new AbortController();
    const options = { partBytes: MIB, parallel: 1 };
    const onProgress = ({ doneBytes }: { readonly doneBytes: number }): void => {
      if (doneBytes === stored.length) cut.abort(new Error("cut short"));
    };
    const target = world.dir.join("out");
    const first = { ...options, signal: cut.signal, onProgress };
    await expect(world.client.transfers.download.toFile(file, target, first)).rejects.toThrow(
      "cut short",
    );
    const memory = new ByteBudget(1);
    await memory.take(1, neverAborted);
    const late = new AbortController();
    // Nothing is to be fetched any more: without a look at the memory it would end now.
    const second = world.client.transfers.download.toFile(file, target, {
      ...options,
      memory,
      signal: late.signal,
      onProgress: () => expect.unreachable("a part was looked at"),
    });
    const noted = expect(second).rejects.toThrow("too late");
    await world.client.transfers.download.toFile(file, world.dir.join("other"), options);
    late.abort(new Error("too late"));
    await noted;
  });

  test("is given back by a stream that its reader leaves, and by an upload that fails", async () => {
    const memory = new ByteBudget(64 * MIB);
    for await (const piece of world.client.transfers.download.stream(STORED_FILE, { memory })) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
    world.emulator.addFaults("PUT /files/*/parts/2 n=1 status=400");
    const destination = { appResultId: OPEN_RESULT, path: "fails" };
    await expect(
      world.client.transfers.upload(destination, pieces(sent), { memory }),
    ).rejects.toMatchObject({
      status: 400,
    });
    (await memory.take(64 * MIB, AbortSignal.timeout(5000)))();
  });

  test("is enough for two streams that are uploaded at a time, each of which needs all of it", async () => {
    const memory = new ByteBudget(1);
    const uploads = ["one", "two"].map(async (path) => {
      const destination = { appResultId: OPEN_RESULT, path };
      return await world.client.transfers.upload(destination, pieces(sent), { memory });
    });
    for (const { sizeBytes } of await Promise.all(uploads)) expect(sizeBytes).toBe(sent.length);
  });
});
