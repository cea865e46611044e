import { readFileSync } from "node:fs";
import { connect as connectTcp, type Socket, type TcpNetConnectOpts } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Target } from "../contestants/contestant.ts";
import type { FetchRange } from "./fetch-range.ts";

/*
 * The least that can be done in Node: every read lands in one buffer that is used again and again, and
 * nothing but the head of the answer is looked at.
 */
const BUFFER_BYTES = 256 * 1024;
const HEAD_END = Buffer.from("\r\n\r\n");

export const fetchBySockets: FetchRange = async (target, { start, end }, sink, signal) => {
  const { pathname, host } = new URL(target.url);
  const body = new BodyCounter(sink);
  const received = await new Promise<number>((resolve, reject) => {
    const socket = openSocket(target, (chunk) => body.take(chunk));
    const onAbort = (): void => void socket.destroy(new Error("aborted"));
    signal.addEventListener("abort", onAbort, { once: true });
    socket.once("error", reject).once("close", () => {
      signal.removeEventListener("abort", onAbort);
      resolve(body.bytes);
    });
    socket.write(
      `GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nRange: bytes=${start}-${end - 1}\r\nConnection: close\r\n\r\n`,
    );
  });
  if (!body.isPartial || received !== end - start) throw new Error(`sockets got ${received} bytes`);
};

function openSocket(target: Target, take: (chunk: Buffer) => void): Socket {
  const { hostname, port } = new URL(target.url);
  const options: TcpNetConnectOpts = {
    host: hostname,
    port: Number(port),
    onread: {
      buffer: Buffer.alloc(BUFFER_BYTES),
      callback: (bytes, buffer) => {
        take(Buffer.from(buffer.buffer, buffer.byteOffset, bytes));
        return true;
      },
    },
  };
  if (target.ca === undefined) return connectTcp(options);
  return connectTls({ ...options, ca: readFileSync(target.ca) });
}

class BodyCounter {
  bytes = 0;
  isPartial = false;
  #head: Buffer | undefined = Buffer.alloc(0);
  readonly #sink: ((chunk: Buffer) => void) | undefined;

  constructor(sink: ((chunk: Buffer) => void) | undefined) {
    this.#sink = sink;
  }

  take(chunk: Buffer): void {
    if (this.#head === undefined) {
      this.#count(chunk);
      return;
    }
    const head = Buffer.concat([this.#head, chunk]);
    const end = head.indexOf(HEAD_END);
    this.#head = end < 0 ? head : undefined;
    if (end < 0) return;
    this.isPartial = head.toString("latin1", 0, 16).startsWith("HTTP/1.1 206 ");
    this.#count(head.subarray(end + HEAD_END.length));
  }

  #count(chunk: Buffer): void {
    this.bytes += chunk.length;
    this.#sink?.(chunk);
  }
}
