import { chmod, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { once } from "node:events";
import {
  type ControlAnswer,
  type ControlRequest,
  linesOf,
  parseRequest,
  reportOf,
} from "./control-protocol.ts";

/** A client that says nothing for so long is let go, unless its request is being worked on. */
const IDLE_MS = 30_000;
/** How long a client has to take the last answer before the server ends. */
const LINGER_MS = 1_000;

export type ControlHandler = (request: ControlRequest) => Promise<unknown>;

/** The control socket of a mount. Disposing ends all connections and removes the socket. */
export class ControlServer implements AsyncDisposable {
  readonly #path: string;
  readonly #handler: ControlHandler;
  readonly #server: Server;
  readonly #conversations = new Map<Socket, Conversation>();
  #closing = false;

  private constructor(path: string, handler: ControlHandler) {
    this.#path = path;
    this.#handler = handler;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /** Listens on `path`, mode 0600. What lies there is removed: the caller holds the mount's lock. */
  static async listen(path: string, handler: ControlHandler): Promise<ControlServer> {
    await rm(path, { force: true });
    const control = new ControlServer(path, handler);
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
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    try {
      for await (const line of linesOf(socket)) {
        conversation.idle = false;
        socket.setTimeout(0);
        socket.write(`${JSON.stringify(await this.#answer(line))}\n`);
        socket.setTimeout(IDLE_MS);
        conversation.idle = true;
        if (this.#closing) await letGo(socket);
      }
    } catch {
      // The client went away in the middle; there is nobody to tell.
    } finally {
      socket.destroy();
    }
  }

  async #answer(line: string): Promise<ControlAnswer> {
    try {
      return { ok: true, result: await this.#handler(parseRequest(line)) };
    } catch (error) {
      return { ok: false, error: reportOf(error) };
    }
  }
}

interface Conversation {
  /** True while no request is being worked on. */
  idle: boolean;
  ended: Promise<void>;
}

/** Sends what is still to be sent, for as long as a client may take to read it. */
async function letGo(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, LINGER_MS);
    socket.end(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
