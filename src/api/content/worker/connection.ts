import { connect, isIP, type OnReadOpts, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions, type SecureContext } from "node:tls";
import { lookup } from "../../transport/loopback-lookup.ts";
import { type NetworkProblem, networkProblem } from "../../transport/network-error.ts";
import type { RangeExchange, WorkerOutcome } from "./range-exchange.ts";

export interface Origin {
  readonly isTls: boolean;
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
}

export interface ConnectionSettings {
  readonly connectTimeoutMs: number;
  readonly userAgent: string;
  readonly trust: () => SecureContext;
}

export interface ConnectionOwner {
  /** The exchange is over, and the connection is free for another one. */
  onIdle(connection: Connection): void;
  onClosed(connection: Connection): void;
  /** The TLS session, which shortens the handshakes of later connections. */
  session: Buffer | undefined;
}

interface Running {
  readonly exchange: RangeExchange;
  readonly timeoutMs: number;
  readonly onEnd: (outcome: WorkerOutcome | "stale") => void;
}

/**
 * The size of the buffer for heads. The part of the body that comes with a head is copied, so the buffer is small;
 * each further read of a longer head costs, so it is not too small.
 */
const HEAD_BYTES = 4096;

const NO_RESPONSE: NetworkProblem = {
  reason: "timeout",
  problem: "no response in time",
  remedy: undefined,
  worthRepeating: true,
};

/**
 * Shorter than the usual timeouts of servers, so that they seldom close a connection while a request is under way.
 */
const IDLE_MS = 4000;

/**
 * One connection, with one exchange at a time. Once the head of a response is accepted, the socket reads directly
 * into the memory for the body (`onread`): no copy, no allocation and few reads. Before and after that, it reads
 * into a small buffer of the connection.
 *
 * A socket requests the memory for the next read right after a read. The end of an exchange therefore takes the
 * memory from the socket at once, and a destroyed socket reads nothing more. Thus nothing is written once an
 * exchange has ended.
 */
export class Connection {
  readonly #owner: ConnectionOwner;
  readonly #settings: ConnectionSettings;
  readonly #headBuffer = Buffer.allocUnsafeSlow(HEAD_BYTES);
  readonly #socket: Socket;
  #running: Running | undefined;
  #served = 0;
  #problem: NetworkProblem | undefined;

  constructor(origin: Origin, settings: ConnectionSettings, owner: ConnectionOwner) {
    this.#owner = owner;
    this.#settings = settings;
    this.#socket = this.#open(origin);
    this.#socket.setTimeout(settings.connectTimeoutMs);
    this.#socket.once(origin.isTls ? "secureConnect" : "connect", () => {
      if (this.#running !== undefined) this.#socket.setTimeout(this.#running.timeoutMs);
    });
    this.#socket.on("session", (session: Buffer) => {
      owner.session = session;
    });
    this.#socket.on("timeout", () => this.#onTimeout());
    this.#socket.on("error", (error) => {
      this.#problem ??= networkProblem(error);
    });
    this.#socket.on("end", () => this.#socket.destroy());
    this.#socket.on("close", () => this.#onClose());
  }

  /** `stale`: an idle connection turned out to be closed, and the exchange can be repeated on another one. */
  run(exchange: RangeExchange, timeoutMs: number, onEnd: Running["onEnd"]): void {
    this.#running = { exchange, timeoutMs, onEnd };
    if (!this.#socket.connecting) this.#socket.setTimeout(timeoutMs);
    this.#socket.write(exchange.requestText(this.#settings.userAgent), "latin1");
  }

  /** Ends the exchange without an outcome. Nothing is written after this returns. */
  destroy(): void {
    this.#running = undefined;
    this.#socket.destroy();
  }

  #open(origin: Origin): Socket {
    const onread: OnReadOpts = {
      buffer: () => this.#running?.exchange.room ?? this.#headBuffer,
      callback: (count, buffer) => {
        this.#onBytes(count, buffer !== this.#headBuffer);
        return true;
      },
    };
    const { host, port } = origin;
    if (!origin.isTls) return connect({ host, port, lookup, onread, noDelay: true });
    const tls: ConnectionOptions & { onread: OnReadOpts; noDelay: boolean } = {
      host,
      port,
      lookup,
      onread,
      noDelay: true,
      secureContext: this.#settings.trust(),
      ALPNProtocols: ["http/1.1"],
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(this.#owner.session === undefined ? {} : { session: this.#owner.session }),
    };
    return connectTls(tls);
  }

  #onBytes(count: number, isBody: boolean): void {
    if (this.#running === undefined) {
      this.#socket.destroy();
      return;
    }
    const { exchange, onEnd } = this.#running;
    const end = isBody
      ? exchange.received(count)
      : exchange.feed(this.#headBuffer.subarray(0, count));
    if (end === undefined) return;
    this.#running = undefined;
    this.#served += 1;
    if (end.isReusable) this.#rest();
    else this.#socket.destroy();
    onEnd(end.outcome);
  }

  /** Bytes behind the end would be read within one turn; a connection with such bytes is not used again. */
  #rest(): void {
    this.#socket.setTimeout(IDLE_MS);
    setImmediate(() => {
      if (!this.#socket.destroyed) this.#owner.onIdle(this);
    });
  }

  #onTimeout(): void {
    if (this.#running !== undefined) this.#problem ??= NO_RESPONSE;
    this.#socket.destroy();
  }

  #onClose(): void {
    this.#owner.onClosed(this);
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    running.onEnd(this.#endOf(running.exchange));
  }

  #endOf(exchange: RangeExchange): WorkerOutcome | "stale" {
    const isStale = this.#served > 0 && !exchange.hasStarted && this.#problem?.reason !== "timeout";
    if (isStale) return "stale";
    return this.#problem === undefined
      ? exchange.endedEarly()
      : { kind: "broken", ...this.#problem };
  }
}
