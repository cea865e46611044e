import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import { BaseSpace } from "../../../src/api/client.ts";
import type { FileId } from "../../../src/core/ids.ts";
import {
  envelope,
  type Script,
  scriptedApi,
  type ScriptedApi,
} from "../../helpers/scripted-api.ts";
import { startTestEmulator, type TestEmulator } from "../../helpers/start-test-emulator.ts";
import { type Behaviour, StoreServer } from "../../helpers/store-server.ts";
import { tempDir } from "../../helpers/temp-dir.ts";

/* One connection that crawls among fast ones is given up for another; a slow line is not. */

const MIB = 1024 * 1024;
const FILE = "100" as FileId;

/** Far less than the crawling response would take, far more than the rest on a busy machine. */
const SOON_MS = 60_000;

/** A correct response, at a kilobyte a second. */
const crawling: Behaviour = ({ response, headers, body }) => {
  response.writeHead(206, headers);
  let at = 0;
  const timer = setInterval(() => {
    response.write(body.subarray(at, at + 256));
    at += 256;
  }, 250);
  response.once("close", () => clearInterval(timer));
};

async function storeOf(data: Buffer): Promise<StoreServer> {
  const store = await StoreServer.start(data);
  store.etag = createHash("md5").update(data).digest("hex");
  return store;
}

async function apiOf(store: StoreServer): Promise<ScriptedApi> {
  const Expires = "2999-01-01T00:00:00.0000000Z";
  return await scriptedApi(() => envelope({ HrefContent: store.link().href, Expires }));
}

const fetchers = ["worker", "main"] as const;

describe.concurrent("a download", { timeout: 2 * SOON_MS }, () => {
  test.each(fetchers)(
    "does not wait for a response that crawls, received in the %s thread",
    async (fetcher) => {
      const data = randomBytes(64 * MIB);
      await using dir = await tempDir();
      await using store = await storeOf(data);
      await using api = await apiOf(store);
      const common = { accessToken: "feedface", environment: {} };
      await using client = new BaseSpace({ ...common, apiServer: api.origin, fetcher });
      store.next(crawling);
      const startedAt = performance.now();
      const file = { id: FILE, name: "x", path: "x", sizeBytes: data.length, isArchived: false };
      await client.transfers.download.toFile(file, dir.join("out"));
      expect(performance.now() - startedAt).toBeLessThan(SOON_MS);
      expect((await readFile(dir.join("out"))).equals(data)).toBe(true);
      expect(store.received).toHaveLength(5);
      expect(
        store.received.filter(({ headers }) => headers.range === store.received[0]?.headers.range),
      ).toHaveLength(2);
    },
  );

  test("of one part is requested again once, when no line is so slow", async () => {
    const data = randomBytes(MIB);
    await using store = await storeOf(data);
    await using api = await apiOf(store);
    await using client = new BaseSpace({
      apiServer: api.origin,
      accessToken: "feedface",
      environment: {},
    });
    store.next(crawling);
    const file = { id: FILE, name: "x", path: "x", sizeBytes: data.length, isArchived: false };
    const bytes = await client.transfers.download.read(file);
    expect(Buffer.from(bytes).equals(data)).toBe(true);
    expect(store.received).toHaveLength(2);
  });

  test("over a line that is slow for everybody is left alone", async () => {
    const data = randomBytes(3 * 300_000);
    await using emulator = await emulatorWith(data);
    const { apiServer, accessToken } = emulator;
    await using client = new BaseSpace({ apiServer, accessToken, environment: {} });
    await using dir = await tempDir();
    emulator.addFaults("GET /objects/* slow=50KB/s");
    await client.transfers.download.toFile(FILE, dir.join("out"), {
      partBytes: 300_000,
      parallel: 2,
    });
    expect((await readFile(dir.join("out"))).equals(data)).toBe(true);
    expect(
      emulator.requests.filter(
        ({ path }) => path.startsWith("/objects/") || /^\/[0-9a-f]{32}/.test(path),
      ),
    ).toHaveLength(3);
  });
});

async function emulatorWith(data: Buffer): Promise<TestEmulator & AsyncDisposable> {
  const content = { base64: data.toString("base64") };
  const files = [{ id: FILE, path: "x", content }];
  const emulator = await startTestEmulator({
    projects: [{ name: "p", appResults: [{ name: "r", files }] }],
  });
  return Object.assign(emulator, { [Symbol.asyncDispose]: async () => await emulator.close() });
}

describe.concurrent("an upload", { timeout: 2 * SOON_MS }, () => {
  /** More than the kernel's buffers hold on the way. */
  const bytes = Buffer.from(new SharedArrayBuffer(48 * MIB)).fill("lambda ");
  const md5 = createHash("md5").update(bytes).digest("hex");

  /** Takes bodies, the fourth at a third of a megabyte a second, until it is given up. */
  const slowFourth = (respond: (response: ServerResponse) => void): Script => {
    let bodies = 0;
    return (request) => (response) => {
      bodies += 1;
      const isSlow = bodies === 4;
      request.on("error", () => {});
      request.on("data", () => {
        if (!isSlow) return;
        request.pause();
        setTimeout(() => request.resume(), 200);
      });
      request.on("end", () => respond(response));
    };
  };

  test("does not wait for a part that crawls", async () => {
    await using api = await scriptedApi(
      slowFourth((response) => {
        response.writeHead(200, { "content-type": "application/json" });
        response.end(JSON.stringify(envelope({ ETag: md5 }).body));
      }),
    );
    await using client = new BaseSpace({
      apiServer: api.origin,
      accessToken: "feedface",
      environment: {},
    });
    const startedAt = performance.now();
    for (const number of [1, 2, 3, 4])
      await client.uploads.part({ fileId: FILE, number }, { bytes, md5 });
    expect(performance.now() - startedAt).toBeLessThan(SOON_MS);
    const paths = api.received.map(({ url }) => url?.split("/").at(-1));
    expect(paths).toEqual(["1", "2", "3", "4", "4"]);
  });
});
