import type { Dispatcher } from "undici";
import { BsmountError } from "../../core/errors.ts";
import { type NetworkProblem, networkProblem } from "../transport/network-error.ts";
import { type StoreResponseHead, checkHead } from "./response-check.ts";
import { PieceWriter } from "./piece-writer.ts";
import type { RangeFetcher, RangeOutcome, RangeQuery } from "./range-fetcher.ts";
import { redirectTarget } from "./store-link.ts";

/** Redirects between parts of one store happen, e.g. for a young bucket; chains do not. */
const MAX_REDIRECTS = 3;

/** Enough for the code of an XML error. */
const MAX_ERROR_BODY_BYTES = 16 * 1024;

/**
 * Fetches ranges by undici on the calling thread: slower than sockets of our own, but it takes whatever
 * HTTP may bring (chunked bodies, redirects, proxies). It sends no credentials anywhere.
 */
export class UndiciFetcher implements RangeFetcher {
  readonly #dispatcher: Dispatcher;
  readonly #userAgent: string;

  /** The dispatcher stays the caller's. */
  constructor(dispatcher: Dispatcher, userAgent: string) {
    this.#dispatcher = dispatcher;
    this.#userAgent = userAgent;
  }

  async fetch(query: RangeQuery, signal: AbortSignal): Promise<RangeOutcome> {
    let link = query.link;
    for (let redirects = 0; ; redirects += 1) {
      const outcome = await this.#exchange({ ...query, link }, signal);
      if (outcome.kind !== "redirect") return outcome;
      const target = redirectTarget(link, outcome.location);
      if (target === undefined || redirects === MAX_REDIRECTS) return notFollowed(outcome);
      link = target;
    }
  }

  async close(): Promise<void> {}

  async #exchange(query: RangeQuery, signal: AbortSignal): Promise<RangeOutcome | Redirect> {
    signal.throwIfAborted();
    const exchange = new Exchange(query);
    const onAbort = (): void => exchange.cancel(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      this.#dispatcher.dispatch(
        {
          origin: query.link.origin,
          path: query.link.pathname + query.link.search,
          method: "GET",
          headers: {
            range: `bytes=${query.range.start}-${query.range.end - 1}`,
            "accept-encoding": "identity",
            "user-agent": this.#userAgent,
          },
          headersTimeout: query.timeoutMs,
          bodyTimeout: query.timeoutMs,
        },
        exchange,
      );
      return await exchange.result;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }
}

interface Redirect {
  readonly kind: "redirect";
  readonly status: number;
  readonly location: string;
  readonly requestId: string | undefined;
}

function notFollowed({ status, requestId }: Redirect): RangeOutcome {
  return { kind: "refused", status, requestId, body: "", retryAfter: undefined };
}

/** One answer as undici brings it. Whatever arrives after it is settled is dropped. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly result: Promise<RangeOutcome | Redirect>;
  readonly #query: RangeQuery;
  readonly #writer: PieceWriter;
  readonly #errorBody: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #taking: { readonly status: number; readonly etag: string | undefined } | undefined;
  #refused: { readonly status: number; readonly retryAfter: string | undefined } | undefined;
  #requestId: string | undefined;
  #settled = false;
  #resolve: (outcome: RangeOutcome | Redirect) => void = () => {};
  #reject: (reason: unknown) => void = () => {};

  constructor(query: RangeQuery) {
    this.#query = query;
    this.#writer = new PieceWriter(query.into, query.moved);
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  cancel(reason: unknown): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#abort();
    this.#reject(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#query.moved !== undefined) this.#query.moved[0] = 0;
    if (this.#settled) this.#abort();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    if (this.#settled || status < 200) return;
    const header = (name: string): string | undefined => headers[name]?.toString();
    const location = header("location");
    const head = answerHead(status, header);
    const { requestId } = head;
    this.#requestId = requestId;
    if (isRedirect(status) && location !== undefined) {
      this.#end({ kind: "redirect", status, location, requestId });
      return;
    }
    const verdict = checkHead(head, this.#query);
    if (verdict.kind === "take") this.#taking = { status, etag: verdict.etag };
    else if (verdict.kind === "refused")
      this.#refused = { status, retryAfter: header("retry-after") };
    else this.#end({ ...verdict, status, requestId });
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#settled) return;
    if (this.#taking === undefined) this.#collect(chunk);
    else if (this.#writer.write(chunk) < chunk.length) {
      const { status } = this.#taking;
      const problem = "the body is too long";
      this.#end({ kind: "invalid", status, problem, requestId: this.#requestId });
    }
  }

  onResponseEnd(): void {
    if (this.#settled) return;
    if (this.#taking === undefined) this.#endRefused();
    else if (this.#writer.left === 0) this.#settle({ kind: "taken", ...this.#taking });
    else this.#settle({ kind: "broken", ...this.#endedEarly() });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#settled) return;
    const problem = networkProblem(error);
    if (problem.reason === "aborted") this.#fail(problem.problem, error);
    else this.#settle({ kind: "broken", ...problem });
  }

  #collect(chunk: Buffer): void {
    this.#errorBody.push(chunk);
    const bytes = this.#errorBody.reduce((sum, part) => sum + part.length, 0);
    if (bytes < MAX_ERROR_BODY_BYTES) return;
    this.#endRefused();
    this.#abort();
  }

  #endRefused(): void {
    const { status = 0, retryAfter } = this.#refused ?? {};
    const body = Buffer.concat(this.#errorBody).toString("utf8", 0, MAX_ERROR_BODY_BYTES);
    this.#settle({ kind: "refused", status, body, retryAfter, requestId: this.#requestId });
  }

  #endedEarly(): NetworkProblem {
    const problem = `the body ended ${this.#writer.left} bytes too early`;
    return { reason: "unavailable", problem, remedy: undefined, worthRepeating: true };
  }

  /** Settles before the body has come: the connection goes with it. */
  #end(outcome: RangeOutcome | Redirect): void {
    this.#settle(outcome);
    this.#abort();
  }

  #settle(outcome: RangeOutcome | Redirect): void {
    this.#settled = true;
    this.#resolve(outcome);
  }

  #fail(problem: string, cause: unknown): void {
    this.#settled = true;
    this.#reject(new BsmountError("aborted", problem, { cause }));
  }

  #abort(): void {
    this.#controller?.abort(new DOMException("the rest is not wanted", "AbortError"));
  }
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400 && status !== 304;
}

function answerHead(
  status: number,
  header: (name: string) => string | undefined,
): StoreResponseHead {
  return {
    status,
    contentRange: header("content-range"),
    contentLength: header("content-length"),
    contentEncoding: header("content-encoding"),
    etag: header("etag"),
    requestId: header("x-amz-request-id"),
  };
}
