import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { Certificate } from "./certificate.ts";

/** One ranged request, for a behaviour that handles it in its own way. */
export interface StoreExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly store: StoreServer;
  readonly start: number;
  /** The byte after the last one. */
  readonly end: number;
  readonly body: Buffer;
  /** The headers of a correct response. */
  readonly headers: Record<string, string | number>;
}

export type Behaviour = (exchange: StoreExchange) => void;

/** An object store of one file. Its responses are correct, except those for which a test sets another behaviour. */
export class StoreServer implements AsyncDisposable {
  readonly data: Buffer;
  etag = "0123456789abcdef0123456789abcdef";
  readonly received: IncomingMessage[] = [];
  readonly sockets: Set<Socket> = new Set();
  connections = 0;
  readonly #server: ReturnType<typeof createServer>;
  readonly #isTls: boolean;
  readonly #next: Behaviour[] = [];

  private constructor(data: Buffer, certificate: Certificate | undefined) {
    this.data = data;
    this.#isTls = certificate !== undefined;
    const onRequest = (request: IncomingMessage, response: ServerResponse): void =>
      this.#respond(request, response);
    this.#server =
      certificate === undefined
        ? createServer(onRequest)
        : createTlsServer({ cert: certificate.cert, key: certificate.key }, onRequest);
    this.#server.on("connection", (socket: Socket) => {
      this.connections += 1;
      this.sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => this.sockets.delete(socket));
    });
  }

  static async start(data: Buffer, certificate?: Certificate): Promise<StoreServer> {
    const store = new StoreServer(data, certificate);
    await new Promise<void>((resolve) => store.#server.listen(0, "localhost", resolve));
    return store;
  }

  /** A link to the file. */
  link(path = "/0123/data.bin?Signature=secret%3D"): URL {
    const { port } = this.#server.address() as AddressInfo;
    return new URL(path, `${this.#isTls ? "https" : "http"}://localhost:${port}`);
  }

  /** How the next requests are handled, one behaviour each. */
  next(...behaviours: readonly Behaviour[]): void {
    this.#next.push(...behaviours);
  }

  /** Forgets the requests that came and the behaviours that were set. */
  reset(): void {
    this.#next.length = 0;
    this.received.length = 0;
  }

  /** Closes idle connections, as a server with a short keep-alive does. */
  closeIdle(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  #respond(request: IncomingMessage, response: ServerResponse): void {
    this.received.push(request);
    const match = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
    const start = Number(match?.[1] ?? 0);
    const end = Math.min(this.data.length, Number(match?.[2] ?? this.data.length - 1) + 1);
    const body = this.data.subarray(start, end);
    const headers = {
      "content-length": body.length,
      "content-range": `bytes ${start}-${end - 1}/${this.data.length}`,
      "content-type": "application/octet-stream",
      etag: `"${this.etag}"`,
    };
    const behave = this.#next.shift() ?? correct;
    behave({ request, response, store: this, start, end, body, headers });
  }
}

export const correct: Behaviour = ({ response, headers, body }) => {
  response.writeHead(206, headers).end(body);
};

/** The right head, then fewer bytes, then closes the connection. */
export const short: Behaviour = ({ response, headers, body }) => {
  response.writeHead(206, headers);
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.socket?.end());
};

export const resetMidBody: Behaviour = ({ response, headers, body }) => {
  response.writeHead(206, headers);
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => {
    const { socket } = response;
    if (socket instanceof TLSSocket) socket.destroy();
    else socket?.resetAndDestroy();
  });
};

/** More bytes than were requested, and a head that says so. */
export const long: Behaviour = ({ response, headers, body }) => {
  const more = Buffer.concat([body, Buffer.from("more")]);
  response.writeHead(206, { ...headers, "content-length": more.length }).end(more);
};

/** More bytes than its own head announces. */
export const longInSecret: Behaviour = ({ response, headers, body }) => {
  response.strictContentLength = false;
  response.writeHead(206, headers);
  response.end(Buffer.concat([body, Buffer.from("HTTP/1.1 garbage")]));
};

/** The right head, and bytes of another range. */
export const otherRange: Behaviour = ({ response, headers, body, start, end, store }) => {
  const contentRange = `bytes ${start + 1}-${end}/${store.data.length}`;
  response.writeHead(206, { ...headers, "content-range": contentRange }).end(body);
};

export const otherTotal: Behaviour = ({ response, headers, body, start, end, store }) => {
  const contentRange = `bytes ${start}-${end - 1}/${store.data.length + 1}`;
  response.writeHead(206, { ...headers, "content-range": contentRange }).end(body);
};

export const otherEtag: Behaviour = ({ response, headers, body }) => {
  response.writeHead(206, { ...headers, etag: '"another"' }).end(body);
};

export const encoded: Behaviour = ({ response, headers, body }) => {
  response.writeHead(206, { ...headers, "content-encoding": "gzip" }).end(body);
};

export const chunked: Behaviour = ({ response, headers, body }) => {
  const { "content-length": _length, ...others } = headers;
  response.writeHead(206, others);
  response.write(body.subarray(0, 1));
  response.end(body.subarray(1));
};

export const wholeFile: Behaviour = ({ response, store }) => {
  const headers = { "content-length": store.data.length, etag: `"${store.etag}"` };
  response.writeHead(200, headers).end(store.data);
};

/** Accepts the request and never responds. */
export const silent: Behaviour = () => {};

/** Half of the body, then nothing more. */
export const stalled: Behaviour = ({ response, headers, body }) => {
  response.writeHead(206, headers);
  response.write(body.subarray(0, Math.floor(body.length / 2)));
};

/** A correct response, a little of it at a time, for as long as the client receives. */
export const trickling: Behaviour = ({ response, headers, body }) => {
  response.writeHead(206, headers);
  const send = (at: number): void => {
    if (response.destroyed) return;
    if (at >= body.length) response.end();
    else response.write(body.subarray(at, at + 1000), () => setImmediate(send, at + 1000));
  };
  send(0);
};

/** A byte at a time, each in a packet of its own: head and body in many pieces. */
export const crumbs: Behaviour = ({ response, headers, body }) => {
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const text = Buffer.from(
    `HTTP/1.1 206 Partial Content\r\nConnection: close\r\n${head.join("")}\r\n`,
  );
  const bytes = Buffer.concat([text, body]);
  const { socket } = response;
  const send = (at: number): void => {
    if (at < bytes.length)
      socket?.write(bytes.subarray(at, at + 7), () => setImmediate(send, at + 7));
    else socket?.end();
  };
  send(0);
};

export const notHttp: Behaviour = ({ response }) => {
  response.socket?.end("SSH-2.0-OpenSSH_9.2\r\n\r\n");
};

export const endlessHead: Behaviour = ({ response }) => {
  response.socket?.write(`HTTP/1.1 206 Partial Content\r\nx: ${"a".repeat(40_000)}`);
};

/** `Connection: close`, as a server does before it restarts. */
export const lastOfConnection: Behaviour = ({ response, headers, body }) => {
  response.writeHead(206, { ...headers, connection: "close" }).end(body);
};

/** A refusal in S3's form. */
export function refuse(
  status: number,
  code: string,
  headers: Record<string, string> = {},
): Behaviour {
  return ({ response }) => {
    const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`;
    response.writeHead(status, { "content-type": "application/xml", ...headers }).end(body);
  };
}

export function redirect(status: number, location: string): Behaviour {
  return ({ response }) => response.writeHead(status, { location }).end();
}
