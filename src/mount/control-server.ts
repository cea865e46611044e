import { chmod, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { once } from "node:events";
import { BsmountError } from "../core/errors.ts";
import { jsonWithoutSecrets } from "../core/known-secrets.ts";
import {
  type ControlAnswer,
  type ControlRequest,
  linesOf,
  parseRequest,
  type Progress,
  reportOf,
} from "./control-protocol.ts";

/** A client that says nothing for so long is let go, unless its request is being worked on. */
const IDLE_MS = 30_000;
/** How long a client has to take the last answer before the server ends. */
const LINGER_MS = 1_000;

/** A client that waits hears so often that its request is worked on. */
const BEAT_MS = 1_000;

/** `signal` aborts when the client has gone. */
export type ControlHandler = (request: ControlRequest, signal: AbortSignal) => Promise<unknown>;

const NOTHING_LEFT: Progress = { pending: 0, leftBytes: 0 };

/** The control socket of a mount. Disposing ends all connections and removes the socket. */
export class ControlServer implements AsyncDisposable {
  readonly #path: string;
  readonly #handler: ControlHandler;
  readonly #progress: () => Progress;
  readonly #server: Server;
  readonly #conversations = new Map<Socket, Conversation>();
  #closing = false;

  private constructor(path: string, handler: ControlHandler, progress: () => Progress) {
    this.#path = path;
    this.#handler = handler;
    this.#progress = progress;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /**
   * Listens on `path`, mode 0600. What lies there is removed: the caller holds the mount's lock. `progress`
   * is what a client is told while it waits.
   */
  static async listen(
    path: string,
    handler: ControlHandler,
    progress: () => Progress = () => NOTHING_LEFT,
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
    const gone = new AbortController();
    socket.once("close", () => gone.abort(new BsmountError("aborted", "who asked has gone")));
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    try {
      this.#tellProgress(socket);
      for await (const line of linesOf(socket)) {
        conversation.idle = false;
        socket.setTimeout(0);
        const answer = await this.#answerWithBeats(line, socket, gone.signal);
        socket.write(`${jsonWithoutSecrets(answer)}\n`);
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

  async #answerWithBeats(
    line: string,
    socket: Socket,
    signal: AbortSignal,
  ): Promise<ControlAnswer> {
    const timer = setInterval(() => this.#tellProgress(socket), BEAT_MS);
    try {
      return await this.#answer(line, signal);
    } finally {
      clearInterval(timer);
    }
  }

  #tellProgress(socket: Socket): void {
    socket.write(`${JSON.stringify({ progress: this.#progress() })}\n`);
  }

  async #answer(line: string, signal: AbortSignal): Promise<ControlAnswer> {
    try {
      return { ok: true, result: await this.#handler(parseRequest(line), signal) };
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
