import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import type { ServerResponse } from "node:http";

/** One request to the API or to the object store. */
export interface LoggedRequest {
  /** ISO 8601, when the request came. */
  readonly time: string;
  readonly method: string;
  /** Without query; object store requests have `/<32 hex>`. */
  readonly path: string;
  /** Without tokens, signatures and access keys. */
  readonly query: string;
  /** 0 when no answer was begun. */
  readonly status: number;
  /** Body bytes taken from the client. */
  readonly bytesIn: number;
  /** Body bytes given to the connection. */
  readonly bytesOut: number;
  readonly ms: number;
}

const SECRET_NAMES = /token|signature|accesskey|secret|^code$|credential/i;
const KEPT_REQUESTS = 10_000;

/** The last requests in memory, and all of them as JSON lines when there is a file for it. */
export class RequestLog {
  readonly #kept: LoggedRequest[] = [];
  readonly #file: WriteStream | undefined;

  constructor(path?: string) {
    if (path !== undefined) this.#file = createWriteStream(path, { flags: "a", mode: 0o600 });
  }

  /** Oldest first, at most the last 10 000. */
  get requests(): readonly LoggedRequest[] {
    return this.#kept;
  }

  /** Watches an exchange from now on and logs it once it is over, answered or not. */
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
    this.#kept.length = 0;
  }

  async close(): Promise<void> {
    if (this.#file === undefined) return;
    this.#file.end();
    await once(this.#file, "close");
  }

  #add(request: LoggedRequest): void {
    this.#kept.push(request);
    if (this.#kept.length > KEPT_REQUESTS) this.#kept.shift();
    this.#file?.write(`${JSON.stringify(request)}\n`);
  }
}

/** Path and query of a URL, the latter without what would let somebody in. */
export function pathAndQuery(url: string): { path: string; query: string } {
  const [path = "", search = ""] = url.split("?", 2);
  const kept = search.split("&").filter((pair) => !SECRET_NAMES.test(pair.split("=", 1)[0] ?? ""));
  return { path, query: kept.join("&") };
}

/** Counts what is written as a body; headers are not part of it. */
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
