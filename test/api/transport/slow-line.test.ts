import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import { BaseSpace } from "../../../src/api/client.ts";
import type { FileId } from "../../../src/core/ids.ts";
import { envelope, scriptedApi, type Script } from "../../helpers/scripted-api.ts";

/* What `timeoutMs` means to an upload: silence, and not how long the line takes for a body. */

const MIB = 1024 * 1024;
const PART = { fileId: "1" as FileId, number: 1 };
/** More than the kernel's buffers hold on the way. */
const bytes = Buffer.from(new SharedArrayBuffer(48 * MIB)).fill("lambda ");
const md5 = createHash("md5").update(bytes).digest("hex");

function clientOf(apiServer: string, timeoutMs: number, attempts = 1): BaseSpace {
  const retry = { attempts, firstDelayMs: 1, maxDelayMs: 20, totalMs: 60_000 };
  return new BaseSpace({ apiServer, accessToken: "feedface", environment: {}, timeoutMs, retry });
}

/** Responds to a part with the MD5 of what came; `onData` may delay it. */
function takePart(
  request: IncomingMessage,
  response: ServerResponse,
  onData: (receivedBytes: number) => void = () => {},
): void {
  const hash = createHash("md5");
  let received = 0;
  request.on("data", (chunk: Buffer) => {
    hash.update(chunk);
    received += chunk.length;
    onData(received);
  });
  request.on("end", () => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(envelope({ ETag: hash.digest("hex") }).body));
  });
}

describe("a part on its way", () => {
  test("takes as long as the line needs, while bytes move", async () => {
    let pauses = 0;
    const slow: Script = (request) => (response) =>
      takePart(request, response, (received) => {
        if (received < (pauses + 1) * 8 * MIB) return;
        pauses += 1;
        request.pause();
        setTimeout(() => request.resume(), 1000);
      });
    await using api = await scriptedApi(slow);
    await using client = clientOf(api.origin, 4000);
    const startedAt = performance.now();
    expect(await client.uploads.part(PART, { bytes, md5 })).toBe(md5);
    expect(performance.now() - startedAt).toBeGreaterThan(4000);
    expect(pauses).toBe(6);
  });

  test("fails when the line accepts nothing more", async () => {
    await using api = await scriptedApi((request) => () => void request.pause());
    await using client = clientOf(api.origin, 1000);
    const failed = client.uploads.part(PART, { bytes, md5 });
    await expect(failed).rejects.toMatchObject({ reason: "timeout", status: 0 });
  });

  test("fails when it arrived and there is no response", async () => {
    let received = 0;
    await using api = await scriptedApi((request) => () => {
      request.on("data", (chunk: Buffer) => (received += chunk.length));
    });
    await using client = clientOf(api.origin, 1000);
    const failed = client.uploads.part(PART, { bytes, md5 });
    await expect(failed).rejects.toMatchObject({ reason: "timeout", status: 0 });
    expect(received).toBe(bytes.length);
  });

  test("is sent again from its beginning after the connection broke amid it", async () => {
    const lengths: (string | undefined)[] = [];
    await using api = await scriptedApi((request) => (response) => {
      lengths.push(request.headers["content-length"]);
      takePart(request, response, (received) => {
        if (lengths.length === 1 && received > 3 * MIB) request.socket.resetAndDestroy();
      });
    });
    await using client = clientOf(api.origin, 10_000, 2);
    expect(await client.uploads.part(PART, { bytes, md5 })).toBe(md5);
    expect(lengths).toEqual([String(bytes.length), String(bytes.length)]);
  });

  test("ends with its signal", async () => {
    const controller = new AbortController();
    await using api = await scriptedApi((request) => () => {
      request.once("data", () => controller.abort(new Error("enough")));
    });
    await using client = clientOf(api.origin, 20_000);
    const { signal } = controller;
    await expect(client.uploads.part(PART, { bytes, md5 }, { signal })).rejects.toThrow("enough");
  });

  test("may be refused before all of it has come", async () => {
    await using api = await scriptedApi((request) => {
      if (request.method === "GET") return envelope({ Id: "1", Href: "x", Name: "somebody" });
      return { status: 403, body: { ErrorCode: "X", ErrorMessage: "not here" } };
    });
    await using client = clientOf(api.origin, 10_000, 2);
    await expect(client.uploads.part(PART, { bytes, md5 })).rejects.toThrow(/403 not here/);
    expect((await client.users.current()).name).toBe("somebody");
    expect(api.received).toHaveLength(2);
  });
});
