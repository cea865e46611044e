import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A response of the emulator, before a scenario changes it. */
export interface HonestResponse {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** Sends a changed form of an honest response. */
export type Twist = (upstream: HonestResponse, response: ServerResponse) => void;

/** One kind of harm. */
export interface Scenario {
  readonly twist: Twist;
  /** Commands retry until they give up, so the test takes long. */
  readonly isSlow?: boolean;
}

/** A server in front of an API server, or of an object store, that changes what passes through. */
export interface HostileServer extends AsyncDisposable {
  readonly origin: string;
  twist: Twist;
  requests: number;
}

export const honest: Twist = ({ status, headers, body }, response) => {
  response.writeHead(status, { ...headers, "content-length": body.length }).end(body);
};

/** `target` is the origin of the honest one. */
export async function hostileServer(target: () => string): Promise<HostileServer> {
  const server = createServer((incoming, outgoing) => {
    hostile.requests += 1;
    incoming.on("error", () => {});
    outgoing.on("error", () => {});
    void askHonest(target(), incoming)
      .then((upstream) => hostile.twist(upstream, outgoing))
      .catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const hostile: HostileServer = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    twist: honest,
    requests: 0,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
  return hostile;
}

async function askHonest(target: string, incoming: IncomingMessage): Promise<HonestResponse> {
  const url = new URL(incoming.url ?? "/", target);
  const { method = "GET" } = incoming;
  const headers = { ...incoming.headers, host: url.host };
  return await new Promise((resolve, reject) => {
    const onward = request(url, { method, headers }, (upstream) => {
      const pieces: Buffer[] = [];
      upstream.on("data", (piece: Buffer) => pieces.push(piece));
      upstream.on("error", reject);
      upstream.on("end", () => {
        const { statusCode: status = 502, headers: said } = upstream;
        // The response is passed on with its actual length.
        const { "transfer-encoding": _encoding, connection: _connection, ...others } = said;
        resolve({ request: incoming, url, status, headers: others, body: Buffer.concat(pieces) });
      });
    });
    onward.on("error", reject);
    incoming.pipe(onward);
  });
}

/** A twist of the JSON of successful responses; their headers stay. */
export function json(change: (value: Json, upstream: HonestResponse) => Json): Twist {
  return (upstream, response) => {
    const { status, headers, body } = upstream;
    if (status >= 300 || !/json/.test(headers["content-type"] ?? "")) {
      honest(upstream, response);
      return;
    }
    const value = change(JSON.parse(body.toString()) as Json, upstream);
    honest({ ...upstream, body: Buffer.from(JSON.stringify(value)) }, response);
  };
}

/** A twist of the items of lists of version 1. */
export function lists(change: (list: ListOfItems, upstream: HonestResponse) => ListOfItems): Twist {
  return json((value, upstream) => {
    const { Response: list } = value as { Response?: Json };
    if (typeof list !== "object" || list === null || !("Items" in list)) return value;
    return {
      ...(value as object),
      Response: change(list as unknown as ListOfItems, upstream) as never,
    };
  });
}

export interface ListOfItems {
  readonly Items: readonly Record<string, Json>[];
  readonly Offset?: number;
  readonly Limit?: number;
  readonly TotalCount?: number;
  readonly DisplayedCount?: number;
}

/** Every text below `value` changed, keys aside. */
export function texts(value: Json, change: (text: string, key: string) => string, key = ""): Json {
  if (typeof value === "string") return change(value, key);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => texts(item, change, key));
  const entries = Object.entries(value).map(([name, item]) => [name, texts(item, change, name)]);
  return Object.fromEntries(entries) as Json;
}

/** The honest response: its head at once, then a byte a second. */
export const dripping: Twist = ({ status, headers, body }, response) => {
  response.writeHead(status, { ...headers, "content-length": body.length });
  let at = 0;
  const timer = setInterval(() => {
    if (response.destroyed || at >= body.length) {
      clearInterval(timer);
      response.end();
    } else response.write(body.subarray(at, ++at));
  }, 1000);
  response.flushHeaders();
  response.once("close", () => clearInterval(timer));
};

/** `bytes` of `filling` before the end of the body. */
export function swollen(bytes: number): Twist {
  return ({ status, headers, body }, response) => {
    response.writeHead(status, { ...headers, "content-length": body.length + bytes });
    const piece = Buffer.alloc(1024 * 1024, " ");
    let left = bytes;
    const send = (): void => {
      if (response.destroyed) return;
      if (left <= 0) return void response.end(body);
      left -= piece.length;
      response.write(piece, send);
    };
    send();
  };
}
