import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BaseSpace } from "../../src/api/client.ts";
import { envelope, type ScriptedApi, scriptedApi } from "../helpers/scripted-api.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";

/* Files for datasets that cannot be sent, and what is left of them. */

const QUICK = { attempts: 2, firstDelayMs: 1, maxDelayMs: 20, totalMs: 20_000 };
const long = new Uint8Array(25_000_001);

let emulator: TestEmulator;
let client: BaseSpace;
let id: string;

beforeAll(async () => {
  emulator = await startTestEmulator({ projects: [{ id: "10", name: "p" }] });
  client = clientOf(emulator.apiServer, emulator.accessToken);
  id = (await client.datasets.create("10", { name: "d" })).id;
});

afterAll(async () => {
  await client.close();
  await emulator.close();
});

function clientOf(apiServer: string, accessToken = "a".repeat(32)): BaseSpace {
  return new BaseSpace({ apiServer, accessToken, retry: QUICK, environment: {} });
}

const pending = async (): Promise<string[]> =>
  (await client.datasets.files(id, { statuses: ["pending"] }).all()).map(({ path }) => path);

describe("a path", () => {
  test.each(["", "/a", "a/", "a//b", "a/../b", "./a", "a\0"])(
    "like %j is refused before anything is sent",
    async (path) => {
      emulator.clearRequests();
      await expect(
        client.datasets.upload(id, { path }, { bytes: Buffer.from("x") }),
      ).rejects.toMatchObject({ reason: "invalid", remedy: expect.stringContaining("slash") });
      expect(emulator.requests).toEqual([]);
    },
  );
});

describe("an upload in parts that fails", () => {
  test.each([
    ["its part is refused", "PUT /* status=403"],
    ["it cannot be completed", "POST /v2/datasets/*/file-upload-info status=409"],
  ])("is given up when %s", async (_title, fault) => {
    emulator.addFaults(fault);
    await expect(client.datasets.upload(id, { path: "f" }, { bytes: long })).rejects.toThrow(
      /returned 4/,
    );
    emulator.clearFaults();
    expect(await pending()).toEqual([]);
    const aborted = await client.datasets.files(id, { statuses: ["aborted"] }).all();
    expect(aborted.map(({ path }) => path)).toContain("f");
  });

  test("is left alone when it may be complete", async () => {
    emulator.addFaults("POST /v2/datasets/*/file-upload-info status=503");
    await expect(
      client.datasets.upload(id, { path: "doubtful" }, { bytes: long }),
    ).rejects.toMatchObject({ mayHaveSucceeded: true });
    emulator.clearFaults();
    expect(await pending()).toEqual(["doubtful"]);
  });

  let begunMs = 0;
  const begun = (beforeMs = 0): string => new Date(begunMs - beforeMs).toISOString();
  const file = { Id: "7", Href: "x", Name: "f", Path: "f", Size: 0 };

  test.each([
    ["the one that waits, though its caller gave up", () => [{ ...file, DateCreated: begun() }], 1],
    ["none of an earlier upload", () => [{ ...file, DateCreated: begun(60_000) }], 0],
    [
      "none of several",
      () => [
        { ...file, DateCreated: begun() },
        { ...file, Id: "8", DateCreated: begun() },
      ],
      0,
    ],
    ["none of another path", () => [{ ...file, Path: "d/f", DateCreated: begun() }], 0],
    ["none that is complete", () => [{ ...file, DateCreated: begun() }], 0, "complete"],
  ])("gives up %s", async (_title, Items, count, UploadStatus = "pending") => {
    const caller = new AbortController();
    await using api: ScriptedApi = await scriptedApi(({ method }, { pathname }) => {
      if (method === "PUT") return () => caller.abort(new Error("enough"));
      if (pathname.endsWith("/files")) return { body: { Items: Items(), Paging: {} } };
      if (pathname.endsWith("/7")) return envelope({ ...Items()[0], UploadStatus });
      begunMs = Date.now();
      const MultipartTemplate = `${api.origin}/{PartNumber}?s={Signature}`;
      return {
        body: { MultipartUploadId: "u", MultipartTemplate, MultipartSignatures: ["x", "y"] },
      };
    });
    await using hasty = clientOf(api.origin);
    await expect(
      hasty.datasets.upload("ds.1", { path: "f" }, { bytes: long }, { signal: caller.signal }),
    ).rejects.toThrow("enough");
    const posts = api.received.filter(({ method }) => method === "POST").map(({ url }) => url);
    expect(posts).toEqual(Array(count).fill("/v1pre3/files/7?uploadstatus=aborted"));
  });
});

describe("a file that the service says it has", () => {
  const md5 = createHash("md5").update("hello").digest("hex");

  test.each([
    ["of another size", { Size: 4, ETag: md5 }, /4 bytes with ETag/],
    ["of other bytes", { Size: 5, ETag: "0".repeat(32) }, /5 bytes with ETag 0{32}/],
  ])("%s is not the one that was sent", async (_title, sent, message) => {
    await using api = await scriptedApi((request) => {
      request.resume();
      return { body: { Id: "7", Href: "x", Name: "f", Path: "f", ...sent } };
    });
    await using hasty = clientOf(api.origin);
    await expect(
      hasty.datasets.upload("ds.1", { path: "f" }, { bytes: Buffer.from("hello") }),
    ).rejects.toThrow(message);
  });

  test("of another size is not the one that was sent in parts", async () => {
    await using api: ScriptedApi = await scriptedApi((request) => {
      request.resume();
      if (request.method === "PUT") {
        const base64 = String(request.headers["content-md5"]);
        return { headers: { etag: Buffer.from(base64, "base64").toString("hex") }, body: "" };
      }
      if (request.method === "POST") {
        return { body: { Id: "7", Href: "x", Name: "f", Path: "f", Size: 25_000_000 } };
      }
      const MultipartTemplate = `${api.origin}/{PartNumber}?s={Signature}`;
      return {
        body: { MultipartUploadId: "u", MultipartTemplate, MultipartSignatures: ["x", "y"] },
      };
    });
    await using hasty = clientOf(api.origin);
    await expect(hasty.datasets.upload("ds.1", { path: "f" }, { bytes: long })).rejects.toThrow(
      /25000000 bytes with ETag none, sent were 25000001/,
    );
  });
});
