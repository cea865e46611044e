import { Writable } from "node:stream";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BaseSpace, type BaseSpaceOptions } from "../../src/api/client.ts";
import { neverAborted } from "../../src/core/abort.ts";
import { describeError } from "../../src/core/errors.ts";
import type { FileId } from "../../src/core/ids.ts";
import { createLogger } from "../../src/core/logger.ts";
import { requests } from "../../src/core/telemetry.ts";
import { createReaders } from "../../src/read/create-readers.ts";
import { readBytes } from "../helpers/reading.ts";
import { envelope, scriptedApi, type ScriptedApi } from "../helpers/scripted-api.ts";
import { type Behaviour, otherRange, redirect, StoreServer } from "../helpers/store-server.ts";

/* A service and a store that echo what they were sent, so that any careless word shows in what comes back. */

const TOKEN = "feedfacefeedfacefeedfacefeedface";
const SIGNATURE = "c2lnbmVkIGJ5IGE";
const DATA = Buffer.alloc(1000, "x");
const FILE = { fileId: "11" as FileId, sizeBytes: DATA.length, version: "1" };

let store: StoreServer;
let api: ScriptedApi;
let said: string[];
let stopListening: () => void;

beforeEach(async () => {
  store = await StoreServer.start(DATA);
  api = await scriptedApi(() => envelope(linkTo(store)));
  said = [];
  stopListening = requests.subscribe((message) => said.push(JSON.stringify(message)));
});

afterEach(async () => {
  stopListening();
  await api[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
});

function linkTo(to: StoreServer): unknown {
  const link = to.link(`/0123/data.bin?AWSAccessKeyId=AK&Signature=${SIGNATURE}`);
  return { HrefContent: link.href, SupportsRange: true, Expires: "2999-01-01T00:00:00Z" };
}

/** A client that writes everything it does to `said`. */
function connect(options: Partial<BaseSpaceOptions> = {}): BaseSpace {
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => (said.push(chunk.toString()), done()),
  });
  return new BaseSpace({
    apiServer: api.origin,
    accessToken: TOKEN,
    retry: { attempts: 2, firstDelayMs: 1 },
    logger: createLogger("trace", sink),
    environment: {},
    ...options,
  });
}

/** Notes an error in every form in which somebody may print it. */
function note(error: unknown): void {
  said.push(describeError(error), String(error), inspect(error, { depth: 8 }));
}

const echo: Behaviour = ({ request, response }) => {
  const text = `<Error><Code>Odd</Code><Message>${request.url} ${TOKEN}</Message></Error>`;
  response.writeHead(400, { "content-type": "application/xml" }).end(text);
};

const dropped: Behaviour = ({ response }) => {
  response.socket?.destroy();
};

describe("secrets", () => {
  it.each(["worker", "main"] as const)(
    "[S1] are in no log, message or error of failing reads (%s)",
    async (fetcher) => {
      await using client = connect({ fetcher });
      await using readers = createReaders({ source: client.content, memoryBytes: 4 * 2 ** 20 });
      for (const fault of [echo, dropped, otherRange, redirect(302, "ftp://u:p@elsewhere/")]) {
        store.next(fault, fault, fault, fault);
        const reading = async () => await readBytes(readers.open(FILE), 0, 5);
        await reading().then(() => said.push("no failure"), note);
        store.reset();
      }
      expect(said.length).toBeGreaterThan(12);
      expect(said).not.toContain("no failure");
      expect(said.join("\n")).not.toMatch(new RegExp(`${TOKEN}|${SIGNATURE}|u:p`));
    },
  );

  it("[S1] are in no log, message or error when the service echoes them", async () => {
    await using client = connect();
    api.script = (request) => {
      const Message = `no: ${request.headers.authorization} access_token=${TOKEN}`;
      const ErrorCode = "BASESPACE.COMMON.UNAUTHORIZED";
      return { status: 401, body: { Response: {}, ResponseStatus: { ErrorCode, Message } } };
    };
    await client.users.current().then(() => said.push("no failure"), note);
    expect(said.join("\n")).toContain("UNAUTHORIZED");
    expect(said.join("\n")).not.toContain(TOKEN);
  });
});

describe("the token", () => {
  it("[S2] goes to the API with each request, and to no store", async () => {
    await using client = connect();
    await using readers = createReaders({ source: client.content, memoryBytes: 4 * 2 ** 20 });
    await readBytes(readers.open(FILE), 0, 5);
    expect(api.received[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
    for (const { rawHeaders, url } of store.received) {
      expect([...rawHeaders, url].join()).not.toContain(TOKEN);
    }
  });

  it("[S2] follows no redirect of the API", async () => {
    await using elsewhere = await scriptedApi(() => envelope({}));
    await using client = connect();
    api.script = () => ({ status: 302, headers: { location: `${elsewhere.origin}/v1pre3/` } });
    const asking = client.users.current({ signal: neverAborted });
    await expect(asking).rejects.toThrow(/redirects/);
    expect(elsewhere.received).toEqual([]);
  });

  it("[S2] is not sent in the clear to another machine unless that is asked for", async () => {
    const apiServer = "http://basespace.example";
    expect(() => connect({ apiServer })).toThrow(/in the clear/);
    await connect({ apiServer, insecureHttp: true }).close();
    await connect({ apiServer: "http://localhost:1" }).close();
  });
});
