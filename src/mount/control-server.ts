import { chmod, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { once } from "node:events";
import { BsmountError } from "../core/errors.ts";
import { jsonWithoutSecrets } from "../core/known-secrets.ts";
import {
  type ControlReply,
  type ControlRequest,
  linesOf,
  parseRequest,
  type PendingUploads,
  reportOf,
} from "./control-protocol.ts";

/** A client without a request is disconnected after this time. */
const IDLE_MS = 30_000;
/** How long a client has to read the last reply before the server closes. */
const LINGER_MS = 1_000;

/** How often a waiting client receives progress. */
const PROGRESS_MS = 1_000;

/** Handles one request; `signal` aborts when the client has disconnected. */
export type ControlHandler = (request: ControlRequest, signal: AbortSignal) => Promise<unknown>;

const NOTHING_PENDING: PendingUploads = { pending: 0, leftBytes: 0 };

/** The control socket of a mount. Disposing ends all connections and removes the socket. */
export class ControlServer implements AsyncDisposable {
  readonly #path: string;
  readonly #handler: ControlHandler;
  readonly #progress: () => PendingUploads;
  readonly #server: Server;
  readonly #conversations = new Map<Socket, Conversation>();
  #closing = false;

  private constructor(path: string, handler: ControlHandler, progress: () => PendingUploads) {
    this.#path = path;
    this.#handler = handler;
    this.#progress = progress;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /**
   * Listens on `path`, mode 0600. Replaces an old socket there, since the caller has the lock of the mount. Clients
   * that wait receive `progress()`.
   */
  static async listen(
    path: string,
    handler: ControlHandler,
    progress: () => PendingUploads = () => NOTHING_PENDING,
  ): Promise<ControlServer> {
    await rm(path, { force: true });
    const control = new ControlServer(path, handler, progress);
    control.#server.listen(path);
    await once(control.#server, "listening");
    await chmod(path, 0o600);
    return control;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true;
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const [socket, { idle }] of this.#conversations) if (idle) socket.destroy();
    await Promise.all([...this.#conversations.values()].map(({ ended }) => ended));
    await closed;
    await rm(this.#path, { force: true });
  }

  #accept(socket: Socket): void {
    const conversation = { idle: true, ended: Promise.resolve() };
    this.#conversations.set(socket, conversation);
    conversation.ended = this.#converse(socket, conversation).finally(() =>
      this.#conversations.delete(socket),
    );
  }

  async #converse(socket: Socket, conversation: Conversation): Promise<void> {
    const disconnected = new AbortController();
    socket.once("close", () =>
      disconnected.abort(new BsmountError("aborted", "the client has disconnected")),
    );
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    try {
      this.#sendProgress(socket);
      for await (const line of linesOf(socket)) {
        conversation.idle = false;
        socket.setTimeout(0);
        const reply = await this.#handleWithProgress(line, socket, disconnected.signal);
        socket.write(`${jsonWithoutSecrets(reply)}\n`);
        socket.setTimeout(IDLE_MS);
        conversation.idle = true;
        if (this.#closing) await closeSocket(socket);
      }
    } catch {
      // The client disconnected, so nobody waits for a reply.
    } finally {
      socket.destroy();
    }
  }

  async #handleWithProgress(
    line: string,
    socket: Socket,
    signal: AbortSignal,
  ): Promise<ControlReply> {
    const timer = setInterval(() => this.#sendProgress(socket), PROGRESS_MS);
    try {
      return await this.#handle(line, signal);
    } finally {
      clearInterval(timer);
    }
  }

  #sendProgress(socket: Socket): void {
    socket.write(`${JSON.stringify({ progress: this.#progress() })}\n`);
  }

  async #handle(line: string, signal: AbortSignal): Promise<ControlReply> {
    try {
      return { ok: true, result: await this.#handler(parseRequest(line), signal) };
    } catch (error) {
      return { ok: false, error: reportOf(error) };
    }
  }
}

interface Conversation {
  /** True while no request is being handled. */
  idle: boolean;
  ended: Promise<void>;
}

/** Sends what is buffered, for at most as long as a client may take to read it. */
async function closeSocket(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, LINGER_MS);
    socket.end(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
