import { afterEach, beforeEach, describe, expect, expectTypeOf, test } from "vitest";
import { BaseSpace, type BaseSpaceOptions } from "../../../src/api/client.ts";
import { ApiError } from "../../../src/api/transport/errors.ts";
import type { Content, RangeRequest } from "../../../src/api/content/content.ts";
import { type RequestMessage, requests } from "../../../src/core/telemetry.ts";
import type { ContentSource } from "../../../src/read/content-source.ts";
import { envelope, scriptedApi, type ScriptedApi } from "../../helpers/scripted-api.ts";
import * as behaviours from "../../helpers/store-server.ts";
import { refuse, StoreServer } from "../../helpers/store-server.ts";

const DATA = Buffer.from(Uint8Array.from({ length: 100_000 }, (_, index) => (index * 31) >> 2));
const QUICK = { attempts: 4, firstDelayMs: 2, maxDelayMs: 20, totalMs: 5000 };
const expired = refuse(403, "AccessDenied");

let store: StoreServer;
let api: ScriptedApi;
let client: BaseSpace;
let links: number;

function connect(options: Partial<BaseSpaceOptions> = {}): BaseSpace {
  return new BaseSpace({
    apiServer: api.origin,
    accessToken: "feedface",
    fetcher: "main",
    retry: QUICK,
    environment: {},
    ...options,
  });
}

beforeEach(async () => {
  links = 0;
  store = await StoreServer.start(DATA);
  api = await scriptedApi(() => {
    links += 1;
    const HrefContent = store.link(`/0123/data.bin?Signature=link${links}`).href;
    return envelope({ HrefContent, SupportsRange: true, Expires: "2999-01-01T00:00:00.0000000Z" });
  });
  client = connect();
});

afterEach(async () => {
  await client.close();
  await api[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
});

function request(start: number, end: number, changes: Partial<RangeRequest> = {}): RangeRequest {
  return {
    fileId: "11",
    sizeBytes: DATA.length,
    range: { start, end },
    into: [new Uint8Array(new SharedArrayBuffer(end - start))],
    expected: undefined,
    ...changes,
  };
}

/** A signal to each call: Node warns of many listeners on one. */
function signalOfNobody(): AbortSignal {
  return new AbortController().signal;
}

async function expectRead(asked: RangeRequest): Promise<void> {
  expect(await client.content.readRange(asked, signalOfNobody())).toEqual({ etag: store.etag });
  const { start, end } = asked.range;
  expect(Buffer.concat(asked.into).equals(DATA.subarray(start, end))).toBe(true);
}

async function failure(asked: RangeRequest): Promise<unknown> {
  return await client.content.readRange(asked, signalOfNobody()).then(
    () => "no failure",
    (error: unknown) => error,
  );
}

test("is what the reading layer asks for", () => {
  expectTypeOf<Content>().toExtend<ContentSource>();
});

describe("readRange", () => {
  test("asks the API for a signed link and the store for the bytes, without the token", async () => {
    await expectRead(request(1000, 51_000));
    expect(api.received[0]?.url).toBe("/v1pre3/files/11/content?redirect=meta");
    expect(store.received[0]?.url).toBe("/0123/data.bin?Signature=link1");
    expect(store.received[0]?.headers).not.toHaveProperty("authorization");
  });

  test("uses one link for all ranges of a file, requested once", async () => {
    const asked = Array.from({ length: 20 }, (_, index) => request(index * 10, index * 10 + 10));
    await Promise.all(asked.map(expectRead));
    await expectRead(request(0, 10));
    expect(links).toBe(1);
  });

  test.each([
    ["short", [behaviours.short]],
    ["long", [behaviours.long]],
    ["from elsewhere in the file", [behaviours.otherRange]],
    ["the whole file instead", [behaviours.wholeFile]],
    ["reset", [behaviours.resetMidBody]],
    ["stale", [behaviours.otherEtag]],
    [
      "503, then reset, then short",
      [refuse(503, "SlowDown"), behaviours.resetMidBody, behaviours.short],
    ],
  ])("requests again after a response that is %s", async (_name, wrong) => {
    store.next(...wrong);
    await expectRead(request(100, 90_100, { expected: { etag: store.etag } }));
  });

  test.each([
    ["401", refuse(401, "Unauthorized")],
    ["403", expired],
    ["400 with a token that has ended", refuse(400, "ExpiredToken")],
  ])("renews the link on %s, at once", async (_name, refusal) => {
    await expectRead(request(0, 10));
    store.next(refusal);
    await expectRead(request(10, 20));
    expect(links).toBe(2);
    expect(store.received.at(-1)?.url).toContain("link2");
  });

  test("renews the link once for all who were refused together", async () => {
    await expectRead(request(0, 10));
    const whileOld: behaviours.Behaviour = (exchange) =>
      exchange.request.url?.endsWith("link1") === true
        ? expired(exchange)
        : behaviours.correct(exchange);
    store.next(...Array.from({ length: 16 }, () => whileOld));
    await Promise.all(
      Array.from({ length: 8 }, async (_, index) => await expectRead(request(index, index + 1))),
    );
    expect(links).toBe(2);
  });

  test("stops requesting new links", async () => {
    store.next(...Array.from({ length: 10 }, () => expired));
    expect(await failure(request(0, 10))).toMatchObject({
      reason: "access-denied",
      message: "cannot read bytes 0–10 of file 11: the object store returned 403 AccessDenied",
    });
    expect(links).toBe(2);
    expect(store.received).toHaveLength(2);
  });

  test("says when the content has changed", async () => {
    const asked = request(0, 10, { expected: { etag: "of last week" } });
    expect(await failure(asked)).toMatchObject({ reason: "changed" });
    expect(await failure(request(0, 10, { sizeBytes: DATA.length - 1 }))).toMatchObject({
      reason: "changed",
    });
  });

  test("says when the content is archived, without trying again", async () => {
    store.next(refuse(403, "InvalidObjectState"));
    expect(await failure(request(0, 10))).toMatchObject({ reason: "archived" });
    expect(store.received).toHaveLength(1);
    expect(links).toBe(1);
  });

  test.each([
    [404, "not-found"],
    [416, "changed"],
    [412, "changed"],
  ])("takes %i for %s", async (status, reason) => {
    store.next(refuse(status, "Whatever"));
    expect(await failure(request(0, 10))).toMatchObject({ reason });
    expect(store.received).toHaveLength(1);
  });

  test("[E4] fails with the code and the request id of the store's response", async () => {
    const id = { "x-amz-request-id": "TX0123456789ABCD" };
    store.next(refuse(404, "NoSuchKey", id));
    expect(await failure(request(0, 10))).toMatchObject({
      name: "StoreError",
      message: expect.stringContaining("404 NoSuchKey (request TX0123456789ABCD)"),
      status: 404,
      errorCode: "NoSuchKey",
      requestId: "TX0123456789ABCD",
    });
    store.next(refuse(404, "NoSuchKey", { "x-amz-request-id": "<b>no id</b>" }));
    expect(await failure(request(0, 10))).toMatchObject({
      message: expect.stringMatching(/404 NoSuchKey$/),
      requestId: undefined,
    });
  });

  test("fails after the last attempt, and its error contains no secret", async () => {
    store.next(...Array.from({ length: 10 }, () => behaviours.short));
    const error = await failure(request(0, 1000));
    expect(error).toMatchObject({ reason: "unavailable" });
    expect(store.received).toHaveLength(QUICK.attempts);
    expect(JSON.stringify(error) + String(error)).not.toMatch(/Signature|link1|feedface/);
  });

  test("hands on the API's refusal to give a link", async () => {
    api.script = () => ({ status: 403, body: { ResponseStatus: { ErrorCode: "Forbidden" } } });
    expect(await failure(request(0, 10))).toMatchObject({
      name: "ApiError",
      reason: "access-denied",
      path: "/v1pre3/files/11/content",
    });
  });

  test.each(["file:///etc/passwd", "https://me:you@store.example/x", "/v1pre3/files/11"])(
    "does not go to %s",
    async (HrefContent) => {
      api.script = () => envelope({ HrefContent });
      expect(await failure(request(0, 10))).toBeInstanceOf(ApiError);
    },
  );

  test("does not go to another machine by plain http, and says what would allow it", async () => {
    api.script = () => envelope({ HrefContent: "http://store.example/k?Signature=secret" });
    const error = await failure(request(0, 10));
    expect(error).toMatchObject({
      name: "ApiError",
      message: expect.stringContaining("http://store.example for the content: plain http"),
      remedy: expect.stringContaining("--insecure-http"),
    });
    expect(JSON.stringify(error) + String(error)).not.toMatch(/Signature|secret/);
  });

  test("publishes each attempt at the store", async () => {
    const messages: RequestMessage[] = [];
    const unsubscribe = requests.subscribe((message) => messages.push(message));
    store.next(behaviours.short);
    await expectRead(request(0, 1000));
    unsubscribe();
    expect(messages.filter(({ target }) => target === "store")).toMatchObject([
      { path: "/content", status: 0, attempt: 1 },
      { path: "/content", status: 206, bytesIn: 1000, attempt: 2 },
    ]);
    expect(JSON.stringify(messages)).not.toContain("Signature");
  });

  test("refuses a request that cannot be meant", async () => {
    const pieces = [new Uint8Array(new SharedArrayBuffer(9))];
    expect(await failure(request(0, 10, { into: pieces }))).toBeInstanceOf(RangeError);
    expect(await failure(request(10, 10))).toBeInstanceOf(RangeError);
    expect(await failure(request(0, 10, { sizeBytes: 9 }))).toBeInstanceOf(RangeError);
  });

  test("ends with the caller's reason", async () => {
    store.next(behaviours.stalled);
    const controller = new AbortController();
    const reading = client.content.readRange(request(0, 1000), controller.signal);
    reading.catch(() => {});
    await expect.poll(() => store.received.length).toBe(1);
    controller.abort(new Error("enough"));
    await expect(reading).rejects.toThrow("enough");
  });

  test("works in a worker too", async () => {
    await using fast = connect({ fetcher: "worker" });
    const asked = request(5, 50_005);
    await fast.content.readRange(asked, signalOfNobody());
    expect(Buffer.concat(asked.into).equals(DATA.subarray(5, 50_005))).toBe(true);
    expect(store.received).toHaveLength(1);
  });

  test("fills memory that is not shared as well", async () => {
    await using fast = connect({ fetcher: "worker" });
    const asked = request(5, 105, { into: [new Uint8Array(100)] });
    await fast.content.readRange(asked, signalOfNobody());
    expect(Buffer.concat(asked.into).equals(DATA.subarray(5, 105))).toBe(true);
  });
});
