import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pino } from "pino";
import { Agent } from "undici";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { BaseSpace } from "../../../src/api/client.ts";
import { PaceWatch } from "../../../src/api/transport/pace/pace-watch.ts";
import { StorePuts } from "../../../src/api/content/store-puts.ts";
import { systemClock } from "../../../src/core/clock.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { type RequestMessage, requests } from "../../../src/core/telemetry.ts";
import {
  type Script,
  type ScriptedResponse,
  type ScriptedApi,
  scriptedApi,
} from "../../helpers/scripted-api.ts";

/* Parts that are sent to the object store by signed links, which only the store may see. */

const bytes = Buffer.from("chr1\t1\t2\n");
const digest = createHash("md5").update(bytes);
const md5 = digest.copy().digest("hex");
const LINK =
  "/key/a%20b?part=1&id=x%20y~(1)&name=a%3B%22b%22&x=1&x=2&uploads&Signature=s3cret%2B%3D";
const TAKEN: ScriptedResponse = { headers: { etag: `"${md5}"` }, body: "" };
const LIMITS = { attempts: 3, firstDelayMs: 1, maxDelayMs: 20, totalMs: 20_000 };
const retry = { limits: LIMITS, clock: systemClock, settleMs: 0, random: Math.random };

const agent = new Agent();
let store: ScriptedApi;
/** The next responses; afterwards every part is accepted. */
const next: ReturnType<Script>[] = [];

beforeAll(async () => {
  store = await scriptedApi((request) => {
    request.resume();
    return next.length === 0 ? TAKEN : next.shift();
  });
});

beforeEach(() => {
  next.length = 0;
  store.received.length = 0;
});

afterAll(async () => {
  await agent.close();
  await store[Symbol.asyncDispose]();
});

async function put(logger = silentLogger): Promise<string> {
  const common = { userAgent: "test", timeoutMs: 5000, retry, logger };
  const puts = new StorePuts({
    ...common,
    dispatcher: agent,
    pace: new PaceWatch(),
    plainHttp: "loopback",
  });
  return await puts.put(store.origin + LINK, bytes, {});
}

const reset = (response: ServerResponse): void => void response.socket?.resetAndDestroy();

function refusal(status: number, code: string): ScriptedResponse {
  const headers = { "content-type": "application/xml", "x-amz-request-id": "R1" };
  return { status, headers, body: `<Error><Code>${code}</Code></Error>` };
}

describe("a part that goes to the object store", () => {
  test("goes where the link says, as it was signed, with its MD5 and without a token", async () => {
    expect(await put()).toBe(md5);
    const [{ method, url, headers } = {} as IncomingMessage] = store.received;
    expect([method, url]).toEqual(["PUT", LINK]);
    expect(headers).toMatchObject({
      "content-md5": digest.copy().digest("base64"),
      "content-length": "9",
    });
    expect(headers).not.toHaveProperty("authorization");
  });

  test.each([
    ["another ETag", { etag: `"${"0".repeat(32)}"` }, /ETag 0{32}, sent with MD5 [0-9a-f]{32}$/],
    ["no ETag", {}, /no ETag that is one, sent with MD5/],
  ])("is in the store only when that says so: %s", async (_title, headers, message) => {
    next.push({ headers, body: "" });
    await expect(put()).rejects.toMatchObject({
      name: "StoreError",
      reason: "unavailable",
      message: expect.stringMatching(message),
    });
  });

  test.each<[string, ReturnType<Script>]>([
    ["the store is busy", refusal(503, "SlowDown")],
    ["it arrived damaged", refusal(400, "BadDigest")],
    ["the connection broke", reset],
  ])("is sent again when %s", async (_title, scripted) => {
    next.push(scripted);
    expect(await put()).toBe(md5);
    expect(store.received).toHaveLength(2);
  });

  test.each([
    [401, "access-denied"],
    [403, "access-denied"],
    [307, "unavailable"],
  ])(
    "that is refused with %i says what the store said, and not the link",
    async (status, reason) => {
      const scripted = refusal(status, "AccessDenied");
      next.push({
        ...scripted,
        headers: { ...scripted.headers, location: "https://x.invalid/?s3cret" },
      });
      const error: unknown = await put().catch((caught: unknown) => caught);
      const message = `PUT /content: the object store returned ${status} AccessDenied (request R1)`;
      expect(error).toMatchObject({
        reason,
        message,
        errorCode: "AccessDenied",
        remedy: undefined,
      });
      expect(store.received).toHaveLength(1);
    },
  );

  test("without a response is named without the link", async () => {
    next.push(reset, reset, reset);
    await expect(put()).rejects.toMatchObject({
      status: 0,
      message: expect.stringMatching(/^PUT \/content: the connection failed/),
    });
    expect(store.received).toHaveLength(3);
  });

  test("is logged at each attempt, without the link", async () => {
    const lines: string[] = [];
    const published: RequestMessage[] = [];
    const logger = pino({ level: "debug" }, { write: (line) => void lines.push(line) });
    const stop = requests.subscribe((message) => published.push(message));
    next.push(refusal(503, "SlowDown"));
    await put(logger).finally(stop);
    const common = { target: "store", method: "PUT", path: "/content", bytesOut: bytes.length };
    const attempts = [
      { ...common, status: 503, attempt: 1 },
      { ...common, status: 200, attempt: 2 },
    ];
    expect(published).toMatchObject(attempts);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject(attempts);
    expect(lines.join("")).not.toMatch(/s3cret|key/);
  });
});

describe("the links of parts", () => {
  const long = new Uint8Array(25_000_001);
  const links = (MultipartTemplate: string): ScriptedResponse => {
    return {
      body: { MultipartUploadId: "7", MultipartTemplate, MultipartSignatures: ["a+b/c==", "d"] },
    };
  };

  async function upload(api: ScriptedApi): Promise<unknown> {
    const options = { accessToken: "a".repeat(32), environment: {}, retry: LIMITS };
    await using client = new BaseSpace({ apiServer: api.origin, ...options });
    return await client.datasets.upload("ds.1", { path: "f" }, { bytes: long });
  }

  test("have number and signature wherever the template has placeholders for them", async () => {
    await using api = await scriptedApi((request) => {
      request.resume();
      if (request.method === "PUT") return refusal(403, "AccessDenied");
      return links(`${api.origin}/{PartNumber}/k?partNumber={PartNumber}&q&Signature={Signature}`);
    });
    await expect(upload(api)).rejects.toMatchObject({ reason: "access-denied" });
    expect(api.received.map(({ url }) => url)).toContain(
      "/1/k?partNumber=1&q&Signature=a%2Bb%2Fc%3D%3D",
    );
  });

  test.each([
    "/{PartNumber}-{Signature}?x=1",
    "/{PartNumber}-{Signature}?Signature={Signature}",
    "/{PartNumber}?x=1#{Signature}",
    "/{PartNumber}{Signature}",
  ])("are refused where the signature would stand in sight: %s", async (template) => {
    await using api = await scriptedApi(() => links(api.origin + template));
    await expect(upload(api)).rejects.toThrow(/links for the parts cannot be put together/);
    expect(api.received.filter(({ method }) => method === "PUT")).toEqual([]);
  });
});
