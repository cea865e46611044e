import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import type { ServerResponse } from "node:http";

/** One request to the API or to the object store. */
export interface LoggedRequest {
  /** When the request arrived, ISO 8601. */
  readonly time: string;
  /** HTTP method, upper case. */
  readonly method: string;
  /** Without the query; `/<32 hex>` for the object store. */
  readonly path: string;
  /** Without tokens, signatures and access keys. */
  readonly query: string;
  /** 0 if no response was begun. */
  readonly status: number;
  /** Body bytes read from the client. */
  readonly bytesIn: number;
  /** Body bytes written to the connection. */
  readonly bytesOut: number;
  /** From the arrival of the request to the end of the response, in milliseconds. */
  readonly ms: number;
}

const SECRET_NAMES = /token|signature|accesskey|secret|^code$|credential/i;
const MAX_REQUESTS = 10_000;

/** Logs requests: the last ones in memory, and all of them as JSON lines if there is a file. */
export class RequestLog {
  readonly #requests: LoggedRequest[] = [];
  readonly #file: WriteStream | undefined;

  constructor(path?: string) {
    if (path !== undefined) this.#file = createWriteStream(path, { flags: "a", mode: 0o600 });
  }

  /** Oldest first, at most the last 10 000. */
  get requests(): readonly LoggedRequest[] {
    return this.#requests;
  }

  /** Logs a request once its response has ended or its connection has closed. */
  watch(
    request: { readonly method: string; readonly url: string },
    response: ServerResponse,
    bytesIn: () => number,
  ): void {
    const begun = performance.now();
    const time = new Date().toISOString();
    const bytesOut = countBody(response);
    let logged = false;
    const log = (): void => {
      if (logged) return;
      logged = true;
      this.#add({
        time,
        method: request.method,
        ...pathAndQuery(request.url),
        status: response.headersSent ? response.statusCode : 0,
        bytesIn: bytesIn(),
        bytesOut: bytesOut(),
        ms: Math.round((performance.now() - begun) * 10) / 10,
      });
    };
    response.once("finish", log);
    response.once("close", log);
  }

  clear(): void {
    this.#requests.length = 0;
  }

  async close(): Promise<void> {
    if (this.#file === undefined) return;
    this.#file.end();
    await once(this.#file, "close");
  }

  #add(request: LoggedRequest): void {
    this.#requests.push(request);
    if (this.#requests.length > MAX_REQUESTS) this.#requests.shift();
    this.#file?.write(`${JSON.stringify(request)}\n`);
  }
}

/** Splits a URL into path and query, and removes credentials from the query. */
export function pathAndQuery(url: string): { path: string; query: string } {
  const [path = "", search = ""] = url.split("?", 2);
  const harmless = search
    .split("&")
    .filter((pair) => !SECRET_NAMES.test(pair.split("=", 1)[0] ?? ""));
  return { path, query: harmless.join("&") };
}

/** Counts the bytes of the body, without the headers. */
function countBody(response: ServerResponse): () => number {
  let bytes = 0;
  const count = (chunk: unknown): void => {
    if (typeof chunk === "string") bytes += Buffer.byteLength(chunk);
    else if (chunk instanceof Uint8Array) bytes += chunk.byteLength;
  };
  const write = response.write.bind(response) as (...args: unknown[]) => boolean;
  const end = response.end.bind(response) as (...args: unknown[]) => ServerResponse;
  response.write = ((...args: unknown[]) => {
    count(args[0]);
    return write(...args);
  }) as typeof response.write;
  response.end = ((...args: unknown[]) => {
    count(args[0]);
    return end(...args);
  }) as typeof response.end;
  return () => bytes;
}
