import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { abandonOnAbort } from "../../core/abort.ts";
import { type Clock, systemClock } from "../../core/clock.ts";
import { BsmountError } from "../../core/errors.ts";
import { shownText } from "../../core/shown-text.ts";
import { OAuthError } from "./oauth-error.ts";
import { redirectPage } from "./redirect-page.ts";

/** Options of {@link RedirectListener}. */
export interface RedirectListenerOptions {
  /** 0 for any free port: BaseSpace does not compare the port of `localhost`. @default 0 */
  readonly port?: number;
  /** @default 5 minutes */
  readonly timeoutMs?: number;
  /** The clock of the time limit; for tests. */
  readonly clock?: Clock;
}

const FIVE_MINUTES_MS = 300_000;

/**
 * Waits on this machine for the browser that returns from the sign-in page with a code. It listens on 127.0.0.1
 * only, accepts only requests with the right `state`, and only the first of them. Close it.
 */
export class RedirectListener implements AsyncDisposable {
  /** Random, for `authorizeUrl`. */
  readonly state: string = randomBytes(32).toString("base64url");
  /** `http://localhost:<port>/` */
  readonly redirectUri: string;
  readonly #server: Server;
  readonly #clock: Clock;
  readonly #expiresMs: number;
  readonly #code: Promise<string>;
  #settle: { readonly resolve: (code: string) => void; readonly reject: (error: Error) => void };
  #isUsed = false;

  private constructor(server: Server, options: RedirectListenerOptions) {
    this.#server = server;
    this.#clock = options.clock ?? systemClock;
    this.#expiresMs = this.#clock.now() + (options.timeoutMs ?? FIVE_MINUTES_MS);
    this.redirectUri = `http://localhost:${(server.address() as AddressInfo).port}/`;
    this.#settle = { resolve: () => {}, reject: () => {} };
    this.#code = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Closing without having waited for the code is no unhandled error.
    this.#code.catch(() => {});
    server.on("request", (request, response) => this.#onRequest(request, response));
  }

  /** @throws BsmountError `environment` when the port is not available */
  static async open(options: RedirectListenerOptions = {}): Promise<RedirectListener> {
    const server = createServer({ maxHeaderSize: 16 * 1024, requestTimeout: 10_000 });
    await new Promise<void>((resolve, reject) => {
      server.once("error", (cause) => {
        const problem = "cannot listen on 127.0.0.1 for the browser";
        reject(new BsmountError("environment", problem, { cause }));
      });
      server.listen(options.port ?? 0, "127.0.0.1", resolve);
    });
    return new RedirectListener(server, options);
  }

  /**
   * The code that the browser brings.
   *
   * @throws OAuthError `denied`, `expired`, `refused`; the signal's reason
   */
  async code(signal: AbortSignal = new AbortController().signal): Promise<string> {
    const timer = new AbortController();
    const leftMs = Math.max(0, this.#expiresMs - this.#clock.now());
    const either = AbortSignal.any([signal, timer.signal]);
    const expiry = this.#clock.sleep(leftMs, either).then(
      () =>
        this.#settle.reject(
          new OAuthError("expired", "no browser returned from the sign-in page in time"),
        ),
      () => {},
    );
    try {
      return await abandonOnAbort(this.#code, signal);
    } finally {
      timer.abort();
      await expiry;
    }
  }

  /** Stops listening. */
  async close(): Promise<void> {
    this.#settle.reject(new BsmountError("aborted", "the sign-in was given up"));
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  /** As {@link close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    const url = this.#urlOf(request);
    if (
      url === undefined ||
      request.method !== "GET" ||
      url.pathname !== "/" ||
      !this.#isOurHost(request)
    ) {
      redirectPage(response, 404, "Nothing is here.");
    } else if (!isSame(url.searchParams.get("state") ?? "", this.state)) {
      redirectPage(response, 400, "This page belongs to no sign-in of this program.");
    } else if (this.#isUsed || this.#clock.now() >= this.#expiresMs) {
      redirectPage(response, 410, "This sign-in is over.");
    } else {
      this.#isUsed = true;
      this.#take(url.searchParams, response);
    }
  }

  /** The text comes from the client, and not every text is an address: `//` is none. */
  #urlOf(request: IncomingMessage): URL | undefined {
    const path = request.url ?? "/";
    return URL.canParse(path, this.redirectUri) ? new URL(path, this.redirectUri) : undefined;
  }

  #take(query: URLSearchParams, response: ServerResponse): void {
    const code = query.get("code");
    if (code !== null && code !== "") {
      redirectPage(response, 200, "You may close this page and go back to the terminal.");
      this.#settle.resolve(code);
      return;
    }
    redirectPage(response, 200, "Nothing was approved. You may close this page.");
    this.#settle.reject(refusalOf(query));
  }

  /** A page of another host name that leads to this address is not trusted. */
  #isOurHost({ headers }: IncomingMessage): boolean {
    const { port } = new URL(this.redirectUri);
    return headers.host === `localhost:${port}` || headers.host === `127.0.0.1:${port}`;
  }
}

function refusalOf(query: URLSearchParams): OAuthError {
  const error = query.get("error") ?? "no code came";
  const description = query.get("error_description") ?? "";
  const said = shownText(`${error} ${description}`, 500);
  const failure = error === "access_denied" ? "denied" : "refused";
  return new OAuthError(failure, `the sign-in page returned: ${said}`);
}

/** Takes the same time wherever the texts differ. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
