import { createHash, randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { BaseSpace, type BaseSpaceOptions } from "../../../src/api/client.ts";
import type { FileId } from "../../../src/core/ids.ts";
import {
  envelope,
  type Script,
  scriptedApi,
  type ScriptedApi,
} from "../../helpers/scripted-api.ts";
import { type Behaviour, StoreServer } from "../../helpers/store-server.ts";

/* Servers that are never silent for as long as the time-out says, and come to no end all the same. */

const TIMEOUT_MS = 1000;
const EVERY_MS = 200;

/** From the time-out to the error, on a busy machine: attempts are made for one second. */
const MOST_MS = 15_000;

/** Sends a byte now and then, for ever. */
function drip(write: (byte: string) => void, socket: Socket | null): void {
  const timer = setInterval(() => write("x"), EVERY_MS);
  socket?.once("close", () => clearInterval(timer));
}

function dripping(headers: Record<string, string | number>): (response: ServerResponse) => void {
  return (response) => {
    response.writeHead(200, headers);
    drip((byte) => response.write(byte), response.socket);
  };
}

const inHead = (response: ServerResponse): void => {
  const { socket } = response;
  socket?.write("HTTP/1.1 200 OK\r\nx-head: ");
  drip((byte) => socket?.write(byte), socket);
};

function connect(api: ScriptedApi, options: Partial<BaseSpaceOptions> = {}): BaseSpace {
  return new BaseSpace({
    apiServer: api.origin,
    accessToken: "feedface",
    environment: {},
    timeoutMs: TIMEOUT_MS,
    retry: { firstDelayMs: 100, maxDelayMs: 100, totalMs: 1000 },
    ...options,
  });
}

async function timed(work: () => Promise<unknown>): Promise<void> {
  const begun = performance.now();
  await expect(work()).rejects.toMatchObject({ reason: "timeout" });
  expect(performance.now() - begun).toBeLessThan(MOST_MS);
}

describe.concurrent("a response of the API that drips", { timeout: 2 * MOST_MS }, () => {
  test.each<[string, (response: ServerResponse) => void]>([
    ["in its body", dripping({ "content-type": "application/json" })],
    ["in a body of known length", dripping({ "content-length": 1_000_000 })],
    ["in its head", inHead],
  ])("%s fails with the time-out", async (_where, scripted) => {
    await using api = await scriptedApi(() => scripted);
    await using client = connect(api);
    await timed(async () => await client.users.current());
  });

  test("a little faster than the lowest speed succeeds", async () => {
    const text = JSON.stringify({ Response: { Id: "1", Name: "n".repeat(20_000), Href: "u" } });
    const script: Script = () => (response) => {
      response.writeHead(200, { "content-type": "application/json" });
      let at = 0;
      const timer = setInterval(() => {
        response.write(text.slice(at, at + 2048));
        at += 2048;
        if (at < text.length) return;
        clearInterval(timer);
        response.end();
      }, EVERY_MS);
    };
    await using api = await scriptedApi(script);
    await using client = connect(api);
    expect((await client.users.current()).name).toHaveLength(20_000);
    expect(api.received).toHaveLength(1);
  });
});

describe.concurrent("content that drips", { timeout: 2 * MOST_MS }, () => {
  const everywhere = ["worker", "main"].flatMap((fetcher) =>
    (["its body", "its head", "the body of a refusal"] as const).map(
      (where) => [where, fetcher as "worker" | "main"] as const,
    ),
  );

  const behaviours: Readonly<Record<(typeof everywhere)[number][0], Behaviour>> = {
    "its body": ({ response, headers }) => {
      response.writeHead(206, headers);
      drip((byte) => response.write(byte), response.socket);
    },
    "its head": ({ response }) => inHead(response),
    "the body of a refusal": ({ response }) => {
      response.writeHead(500, { "content-type": "text/xml" });
      drip((byte) => response.write(byte), response.socket);
    },
  };

  test.each(everywhere)(
    "in %s fails with the time-out, in the %s thread",
    async (where, fetcher) => {
      const data = randomBytes(100_000);
      await using store = await StoreServer.start(data);
      store.etag = createHash("md5").update(data).digest("hex");
      const Expires = "2999-01-01T00:00:00.0000000Z";
      await using api = await scriptedApi(() => {
        return envelope({ HrefContent: store.link().href, Expires });
      });
      await using client = connect(api, { fetcher });
      for (let count = 0; count < 50; count += 1) store.next(behaviours[where]);
      const file = {
        id: "100" as FileId,
        name: "x",
        path: "x",
        sizeBytes: data.length,
        isArchived: false,
      };
      await timed(async () => await client.transfers.download.read(file));
    },
  );
});
