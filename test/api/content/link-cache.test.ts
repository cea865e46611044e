import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BaseSpace } from "../../../src/api/client.ts";
import { FakeClock } from "../../helpers/fake-clock.ts";
import { envelope, scriptedApi, type ScriptedApi } from "../../helpers/scripted-api.ts";
import { StoreServer } from "../../helpers/store-server.ts";

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DATA = Buffer.from("0123456789");

let clock: FakeClock;
let store: StoreServer;
let api: ScriptedApi;
let client: BaseSpace;
let response: {
  readonly expires?: string;
  readonly query?: string;
  readonly date?: Date;
  readonly user?: string;
};

beforeEach(async () => {
  clock = new FakeClock();
  response = {};
  store = await StoreServer.start(DATA);
  api = await scriptedApi(() => {
    const link = store.link(`/key?n=${api.received.length}${response.query ?? ""}`);
    const body = envelope({
      HrefContent: link.href.replace("//", `//${response.user ?? ""}`),
      ...(response.expires === undefined ? {} : { Expires: response.expires }),
    });
    const date = (response.date ?? new Date(clock.now())).toUTCString();
    return { ...body, headers: { date } };
  });
  client = new BaseSpace({
    apiServer: api.origin,
    accessToken: "feedface",
    fetcher: "main",
    environment: {},
    clock,
  });
});

afterEach(async () => {
  await client.close();
  await api[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
});

async function read(fileId = "1"): Promise<void> {
  await client.content.readRange(
    {
      fileId: fileId,
      sizeBytes: DATA.length,
      range: { start: 0, end: 10 },
      into: [new Uint8Array(10)],
      expected: undefined,
    },
    new AbortController().signal,
  );
}

function inFuture(ms: number): string {
  return new Date(clock.now() + ms).toISOString();
}

describe("a signed link", () => {
  test("is used until half a minute before it ends", async () => {
    response = { expires: inFuture(HOUR) };
    await read();
    clock.advance(HOUR - 31 * SECOND);
    await read();
    expect(api.received).toHaveLength(1);
    clock.advance(2 * SECOND);
    await read();
    expect(api.received).toHaveLength(2);
  });

  test("ends with the earlier of its expiries", async () => {
    const inLink = Math.floor((clock.now() + 24 * HOUR) / SECOND);
    response = { expires: inFuture(HOUR), query: `&Expires=${inLink}` };
    await read();
    clock.advance(2 * HOUR);
    await read();
    expect(api.received).toHaveLength(2);
  });

  test("of a short life is used for three quarters of it", async () => {
    response = { expires: inFuture(8 * SECOND) };
    await read();
    clock.advance(5 * SECOND);
    await read();
    expect(api.received).toHaveLength(1);
    clock.advance(2 * SECOND);
    await read();
    expect(api.received).toHaveLength(2);
  });

  test("lives as long on a machine whose clock is wrong", async () => {
    const serverNow = new Date(clock.now() + 1000 * HOUR);
    response = { expires: new Date(serverNow.getTime() + HOUR).toISOString(), date: serverNow };
    await read();
    clock.advance(HOUR / 2);
    await read();
    expect(api.received).toHaveLength(1);
    clock.advance(HOUR);
    await read();
    expect(api.received).toHaveLength(2);
  });

  test("that has already ended is used once, not kept", async () => {
    response = { expires: inFuture(-HOUR) };
    await read();
    await read();
    expect(api.received).toHaveLength(2);
  });

  test("that does not say when it ends is kept for less than a minute", async () => {
    await read();
    await read();
    expect(api.received).toHaveLength(1);
    clock.advance(60 * SECOND);
    await read();
    expect(api.received).toHaveLength(2);
  });

  test.each(["user@", "user:password@", ":password@"])(
    "with %s is not followed, and the error shows none of it",
    async (user) => {
      response = { user };
      const error = await read().catch((thrown: unknown) => thrown as Error);
      expect(error).toMatchObject({ reason: "unavailable", remedy: undefined });
      expect(String(error)).toMatch(/for the content with a user or a password/);
      expect(String(error)).not.toMatch(/user[:@]|:password/);
      expect(store.received).toEqual([]);
    },
  );

  test("belongs to one file", async () => {
    response = { expires: inFuture(HOUR) };
    await read("1");
    await read("2");
    await read("1");
    expect(api.received).toHaveLength(2);
  });
});
