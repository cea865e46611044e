import { checkHead } from "../response-check.ts";
import { PieceWriter } from "../piece-writer.ts";
import type { RangeOutcome, RangeQuery, Unusual } from "../range-fetcher.ts";
import { parseResponseHead, type ResponseHead } from "./response-head.ts";

/** A query as it reaches the worker: without what only the calling thread needs. */
export type WorkerQuery = Omit<RangeQuery, "link" | "attempt"> & { readonly href: string };

export type WorkerOutcome = RangeOutcome | Unusual;

export interface ExchangeEnd {
  readonly outcome: WorkerOutcome;
  /** The connection stands at the end of the answer and stays open. */
  readonly isReusable: boolean;
}

/**
 * One ranged GET as bytes on a connection, without the connection: what to send, and what the bytes that
 * come back mean. Takes a 206 with a Content-Length; every other kind of answer is `unusual`.
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

  /** True as soon as a byte of the answer has come. */
  get hasStarted(): boolean {
    return this.#hasStarted;
  }

  /** The request, which is on its way from now on. A URL that was parsed holds no blank and no control character, so none can be smuggled. */
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
   * Where the next bytes may be received in place: some of the body, never behind its end. Undefined while
   * the head is not complete; then bytes have to be fed.
   */
  get room(): Uint8Array | undefined {
    return this.#taking === undefined ? undefined : this.#writer.room;
  }

  /** `count` bytes were received into {@link room}. Answers when the exchange is over. */
  received(count: number): ExchangeEnd | undefined {
    this.#writer.advance(count);
    return this.#endIfComplete(0);
  }

  /** Takes in what came. `chunk` is not kept. Answers when the exchange is over. */
  feed(chunk: Buffer): ExchangeEnd | undefined {
    this.#hasStarted = true;
    return this.#taking === undefined ? this.#feedHead(chunk) : this.#feedBody(chunk);
  }

  /** What it means that the connection has ended. */
  endedEarly(): WorkerOutcome {
    const missing = this.#taking === undefined ? "before its head" : `${this.#writer.left} bytes`;
    const problem = `the answer ended ${missing}${this.#taking === undefined ? " was complete" : " too early"}`;
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
