import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BaseSpace } from "../../src/api/client.ts";
import type { AppResultId, FileId } from "../../src/core/ids.ts";
import { scriptedApi } from "../helpers/scripted-api.ts";
import { type TestEmulator, startTestEmulator } from "../helpers/start-test-emulator.ts";

/* Upload by the client into the local BaseSpace: two programs that share no code. */

const QUICK = { attempts: 4, firstDelayMs: 5, maxDelayMs: 50, totalMs: 10_000 };
const PART = 5 * 1024 * 1024;

let emulator: TestEmulator;
let client: BaseSpace;
let appResultId: AppResultId;

beforeEach(async () => {
  emulator = await startTestEmulator({ projects: [{ name: "Results", id: "12" }] });
  const { apiServer, accessToken } = emulator;
  client = new BaseSpace({ apiServer, accessToken, retry: QUICK, environment: {} });
  const result = await client.projects.createAppResult("12", { name: "calls" });
  appResultId = result.id;
  emulator.clearRequests();
});

afterEach(async () => {
  await client.close();
  await emulator.close();
});

const md5 = (bytes: Uint8Array): string => createHash("md5").update(bytes).digest("hex");
const posts = (): number => emulator.requests.filter(({ method }) => method === "POST").length;
const listed = async (): Promise<string[]> =>
  (await client.appResults.files(appResultId).all()).map(({ path }) => path);

describe("a file in one request", () => {
  test("is complete, under its path, with its MD5 as ETag", async () => {
    const bytes = Buffer.from("chr1\t1\t2\n");
    const file = await client.uploads.whole({ appResultId, path: "a b/ü#?.bed" }, { bytes });
    expect(file).toMatchObject({ path: "a b/ü#?.bed", sizeBytes: 9, etag: md5(bytes) });
    expect(await listed()).toEqual(["a b/ü#?.bed"]);
  });

  test("may be empty", async () => {
    const file = await client.uploads.whole({ appResultId, path: "e" }, { bytes: Buffer.alloc(0) });
    expect(file).toMatchObject({ sizeBytes: 0, uploadStatus: "complete" });
  });

  test("is sent once when the response was lost after it took effect", async () => {
    emulator.addFaults("POST /appresults/*/files n=1 reset-after");
    const file = await client.uploads.whole(
      { appResultId, path: "f" },
      { bytes: Buffer.from("f") },
    );
    expect(file).toMatchObject({ path: "f", uploadStatus: "complete" });
    expect(await listed()).toEqual(["f"]);
    expect(posts()).toBe(1);
  });

  test("is sent again when it was not received", async () => {
    emulator.addFaults("POST /appresults/*/files n=1 reset-before");
    await client.uploads.whole({ appResultId, path: "f" }, { bytes: Buffer.from("f") });
    expect(await listed()).toEqual(["f"]);
  });

  test("is sent again when only an older file of its path has its bytes", async () => {
    const send = async (text: string): Promise<void> => {
      await client.uploads.whole({ appResultId, path: "f" }, { bytes: Buffer.from(text) });
    };
    await send("one");
    await send("two");
    emulator.addFaults("POST /appresults/*/files n=1 reset-before");
    await send("one");
    const files = await client.appResults.files(appResultId).all();
    expect(files.map(({ etag }) => etag)).toEqual(
      ["one", "two", "one"].map((t) => md5(Buffer.from(t))),
    );
  });

  test("is sent again when the service was busy", async () => {
    emulator.addFaults("POST /appresults/*/files n=2 status=503");
    await client.uploads.whole({ appResultId, path: "f" }, { bytes: Buffer.from("f") });
    expect(await listed()).toEqual(["f"]);
  });
});

describe("a file in parts", () => {
  const parts = [Buffer.alloc(PART, 1), Buffer.alloc(PART, 2), Buffer.from("end")];
  const sizeBytes = 2 * PART + 3;
  const sendParts = async (fileId: FileId): Promise<string[]> =>
    await Promise.all(
      parts.map(async (bytes, index) => {
        return await client.uploads.part({ fileId, number: index + 1 }, { bytes });
      }),
    );

  test("is listed when it is complete and not before", async () => {
    const fileId = await client.uploads.begin({ appResultId, path: "d/big.bin" });
    expect(await sendParts(fileId)).toEqual(parts.map(md5));
    expect(await listed()).toEqual([]);
    const file = await client.uploads.complete({ fileId, sizeBytes });
    expect(file).toMatchObject({ path: "d/big.bin", sizeBytes });
    expect(file.etag).toMatch(/-3$/);
    expect(await listed()).toEqual(["d/big.bin"]);
  });

  test("survives a lost response to each of its requests", async () => {
    emulator.addFaults("POST /appresults/*/files n=1 reset-after");
    emulator.addFaults("PUT /files/*/parts/2 n=1 reset-after");
    emulator.addFaults("POST /files/* n=1 reset-after");
    const fileId = await client.uploads.begin({ appResultId, path: "big.bin" });
    await sendParts(fileId);
    await client.uploads.complete({ fileId, sizeBytes });
    expect(await listed()).toEqual(["big.bin"]);
  });

  test("whose length is wrong is an error", async () => {
    const fileId = await client.uploads.begin({ appResultId, path: "big.bin" });
    await sendParts(fileId);
    await expect(client.uploads.complete({ fileId, sizeBytes: 7 })).rejects.toThrow(
      `has ${sizeBytes} bytes of 7`,
    );
  });

  test("that is aborted is never listed", async () => {
    const fileId = await client.uploads.begin({ appResultId, path: "big.bin" });
    await client.uploads.abort(fileId);
    expect(await listed()).toEqual([]);
    await expect(
      client.uploads.part({ fileId, number: 1 }, { bytes: Buffer.from("x") }),
    ).rejects.toThrow();
  });

  test("fails when a part keeps failing", async () => {
    emulator.addFaults("PUT /files/*/parts/1 status=500");
    const fileId = await client.uploads.begin({ appResultId, path: "big.bin" });
    await expect(
      client.uploads.part({ fileId, number: 1 }, { bytes: Buffer.alloc(10) }),
    ).rejects.toThrow("500");
    expect(await listed()).toEqual([]);
  });
});

describe("the list of the parts of a pending file", () => {
  const uploadWith = async (body: unknown, status = 200): Promise<unknown> => {
    await using api = await scriptedApi(() => ({ status, body }));
    const retry = { ...QUICK, attempts: 1, totalMs: 100 };
    await using other = new BaseSpace({
      apiServer: api.origin,
      accessToken: "t",
      retry,
      environment: {},
    });
    return await other.uploads.parts("7");
  };

  test("has the numbers and the MD5s of those that arrived", async () => {
    const fileId = await client.uploads.begin({ appResultId, path: "big" });
    expect(await client.uploads.parts(fileId)).toEqual([]);
    for (const number of [2, 1]) {
      await client.uploads.part({ fileId, number }, { bytes: Buffer.from(String(number)) });
    }
    const parts = [1, 2].map((number) => ({ number, md5: md5(Buffer.from(String(number))) }));
    expect(await client.uploads.parts(fileId)).toEqual(parts);
  });

  test("may have other forms, which say as much as is understood", async () => {
    const items = (...Items: unknown[]): unknown => ({ Response: { Items } });
    expect(await uploadWith(items({ Number: 1, ETag: '"AB"', Size: 5 }, { Number: 2 }))).toEqual([
      { number: 1, md5: "ab" },
      { number: 2, md5: undefined },
    ]);
    expect(await uploadWith(items({ Part: 1 }))).toBeUndefined();
    expect(await uploadWith({ Response: [1, 2] })).toBeUndefined();
    expect(await uploadWith("<html>")).toBeUndefined();
  });

  test.each([400, 403, 404, 405, 500, 501])("is unknown after a %i", async (status) => {
    expect(await uploadWith({}, status)).toBeUndefined();
  });

  test.each([401, 429, 503])("is not known yet after a %i", async (status) => {
    await expect(uploadWith({}, status)).rejects.toMatchObject({ status });
  });

  test("ends when the service returns the same page again", async () => {
    const Items = Array.from({ length: 1024 }, (_, at) => ({ Number: at + 1 }));
    expect(await uploadWith({ Response: { Items } })).toHaveLength(1024);
  });
});

describe("what may have been done unheard", () => {
  test("is sent again when there was no connection", async () => {
    const nowhere = new BaseSpace({
      apiServer: "http://127.0.0.1:1",
      accessToken: "t",
      retry: QUICK,
      environment: {},
    });
    await expect(nowhere.projects.create("x")).rejects.toMatchObject({ mayHaveSucceeded: false });
    await nowhere.close();
  });
});
