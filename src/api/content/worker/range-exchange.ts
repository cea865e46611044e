import { checkHead } from "../response-check.ts";
import { PieceWriter } from "../piece-writer.ts";
import type { RangeOutcome, RangeQuery, Unusual } from "../range-fetcher.ts";
import { parseResponseHead, type ResponseHead } from "./response-head.ts";

/** A query as it is sent to the worker, without what only the calling thread needs. */
export type WorkerQuery = Omit<RangeQuery, "link" | "attempt"> & { readonly href: string };

export type WorkerOutcome = RangeOutcome | Unusual;

export interface ExchangeEnd {
  readonly outcome: WorkerOutcome;
  /** The connection is at the end of the response and stays open. */
  readonly isReusable: boolean;
}

/**
 * One ranged GET as bytes, without the connection: what to send, and what the received bytes mean. It supports a 206
 * with a Content-Length; every other response is `unusual`.
 */
export class RangeExchange {
  readonly #query: WorkerQuery;
  readonly #writer: PieceWriter;
  #headBytes: Buffer | undefined;
  #taking: { readonly etag: string | undefined; readonly keepsAlive: boolean } | undefined;
  #hasStarted = false;

  constructor(query: WorkerQuery) {
    this.#query = query;
    this.#writer = new PieceWriter(query.into, query.moved);
  }

  /** True once a byte of the response has come. */
  get hasStarted(): boolean {
    return this.#hasStarted;
  }

  /**
   * The request, which counts as sent from now on. A parsed URL contains no space and no control character, so
   * nothing can be injected.
   */
  requestText(userAgent: string): string {
    if (this.#query.moved !== undefined) this.#query.moved[0] = 0;
    const { host, pathname, search } = new URL(this.#query.href);
    const { start, end } = this.#query.range;
    return (
      `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nRange: bytes=${start}-${end - 1}\r\n` +
      `Accept-Encoding: identity\r\nUser-Agent: ${userAgent}\r\n\r\n`
    );
  }

  /**
   * The memory into which the next bytes may be received: part of the body, never behind its end. Undefined until
   * the head is complete; until then bytes are given to {@link feed}.
   */
  get room(): Uint8Array | undefined {
    return this.#taking === undefined ? undefined : this.#writer.room;
  }

  /** `count` bytes were received into {@link room}. Returns the end when the exchange is over. */
  received(count: number): ExchangeEnd | undefined {
    this.#writer.advance(count);
    return this.#endIfComplete(0);
  }

  /** Takes received bytes; `chunk` is not kept. Returns the end when the exchange is over. */
  feed(chunk: Buffer): ExchangeEnd | undefined {
    this.#hasStarted = true;
    return this.#taking === undefined ? this.#feedHead(chunk) : this.#feedBody(chunk);
  }

  /** The outcome when the connection has ended. */
  endedEarly(): WorkerOutcome {
    const missing = this.#taking === undefined ? "before its head" : `${this.#writer.left} bytes`;
    const problem = `the response ended ${missing}${this.#taking === undefined ? " was complete" : " too early"}`;
    return {
      kind: "broken",
      reason: "unavailable",
      problem,
      remedy: undefined,
      worthRepeating: true,
    };
  }

  #feedHead(chunk: Buffer): ExchangeEnd | undefined {
    const bytes = this.#headBytes === undefined ? chunk : Buffer.concat([this.#headBytes, chunk]);
    const parsed = parseResponseHead(bytes);
    if (parsed.kind === "incomplete") {
      this.#headBytes = bytes === chunk ? Buffer.from(chunk) : bytes;
      return undefined;
    }
    if (parsed.kind === "malformed") return unusual(0, "a head that is not plain HTTP/1.1");
    const { head, bodyStart } = parsed;
    const end = this.#judge(head);
    return end ?? this.#feedBody(bytes.subarray(bodyStart));
  }

  #judge(head: ResponseHead): ExchangeEnd | undefined {
    const { status, requestId } = head;
    if (status !== 206) return unusual(status, "a status other than 206");
    if (head.contentEncoding !== undefined) return unusual(status, "an encoded body");
    if (head.transferEncoding !== undefined) return unusual(status, "a body in chunks");
    if (head.contentLength === undefined) return unusual(status, "a body of unknown length");
    const verdict = checkHead(head, this.#query);
    if (verdict.kind === "refused") return unusual(status, "a status other than 206");
    if (verdict.kind !== "take") {
      return { outcome: { ...verdict, status, requestId }, isReusable: false };
    }
    this.#taking = { etag: verdict.etag, keepsAlive: head.keepsAlive };
    return undefined;
  }

  #feedBody(chunk: Buffer): ExchangeEnd | undefined {
    const taken = this.#writer.write(chunk);
    return this.#endIfComplete(chunk.length - taken);
  }

  #endIfComplete(surplus: number): ExchangeEnd | undefined {
    if (this.#writer.left > 0 || this.#taking === undefined) return undefined;
    const { etag, keepsAlive } = this.#taking;
    return {
      outcome: { kind: "taken", status: 206, etag },
      isReusable: keepsAlive && surplus === 0,
    };
  }
}

function unusual(status: number, problem: string): ExchangeEnd {
  return { outcome: { kind: "unusual", status, problem }, isReusable: false };
}
