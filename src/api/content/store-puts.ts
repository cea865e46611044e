import type { Dispatcher } from "undici";
import { neverAborted } from "../../core/abort.ts";
import type { Logger } from "../../core/logger.ts";
import { failureOf } from "./range-failure.ts";
import { StoreError } from "./store-error.ts";
import { type PlainHttp, storeLink } from "./store-link.ts";
import { ApiError } from "../transport/errors.ts";
import { type HttpResponse, httpSend, type Send } from "../transport/http.ts";
import { withTelemetry } from "../transport/telemetry.ts";
import { networkProblem } from "../transport/network-error.ts";
import type { PaceWatch } from "../transport/pace/pace-watch.ts";
import { withPace } from "../transport/pace/with-pace.ts";
import { parseRetryAfter } from "../transport/retry-delay.ts";
import { type RetryOptions, withRetries, RetryableFailure, withTotal } from "../transport/retry.ts";
import type { CallOptions } from "../transport/rest.ts";
import { md5OfBytes } from "../digests/md5-of-bytes.ts";

export interface StorePutsOptions {
  readonly dispatcher: Dispatcher;
  /** Where links by plain http may lead. */
  readonly plainHttp: PlainHttp;
  readonly userAgent: string;
  readonly timeoutMs: number;
  readonly retry: RetryOptions;
  readonly pace: PaceWatch;
  readonly logger: Logger;
}

/** What errors and logs call it: the link itself is a secret. */
const CONTENT = { method: "PUT", path: "/content" } as const;
const WHAT = `${CONTENT.method} ${CONTENT.path}`;

/** Puts bytes where a signed link says, without the token: whoever has the link may write there. */
export class StorePuts {
  readonly #options: StorePutsOptions;

  constructor(options: StorePutsOptions) {
    this.#options = options;
  }

  /**
   * `PUT` to a signed link, as it was signed; doing it twice is the same as once. Answers the ETag, without
   * quotes.
   * @throws StoreError when the store refuses, or when other bytes arrived; ApiError when it does not answer,
   * and `unavailable` for a link that may not be followed; the signal's reason
   */
  async put(href: string, bytes: Uint8Array, options: CallOptions): Promise<string> {
    const { dispatcher, plainHttp, logger, retry, pace } = this.#options;
    const url = storeLink(href, plainHttp);
    if (url === undefined) {
      const problem = "the service's link leads where it must not";
      throw new ApiError("unavailable", { ...CONTENT, status: 0 }, problem);
    }
    const md5 = await md5OfBytes(bytes);
    const toLink = httpSend(dispatcher, url.origin, url.pathname + url.search);
    const measured = withTelemetry(toLink, { logger, target: "store" });
    const send = withPace(measured, pace, `SEND ${url.origin}`);
    const request: Put = {
      headers: {
        "user-agent": this.#options.userAgent,
        "content-md5": Buffer.from(md5, "hex").toString("base64"),
      },
      body: bytes,
      timeoutMs: options.timeoutMs ?? this.#options.timeoutMs,
    };
    const signal = options.signal ?? neverAborted;
    const patient = withTotal(retry, options.totalMs);
    const answer = await withRetries(patient, signal, async (attempt) => {
      return await this.#attempt(send, { ...request, attempt }, signal);
    });
    return checkedEtag(answer, md5);
  }

  async #attempt(
    send: Send,
    put: Put & { readonly attempt: number },
    signal: AbortSignal,
  ): Promise<HttpResponse | RetryableFailure> {
    try {
      const answer = await send({ ...CONTENT, query: "", ...put }, signal);
      return this.#judged(answer);
    } catch (error) {
      const isPassing = error instanceof ApiError && networkProblem(error.cause).worthRepeating;
      if (isPassing && error.status === 0) return new RetryableFailure(error);
      throw error;
    }
  }

  #judged(answer: HttpResponse): HttpResponse | RetryableFailure {
    const { status, headers } = answer;
    if (status >= 200 && status < 300) return answer;
    const { error, isFinal, retryAfter } = failureOf(
      WHAT,
      {
        kind: "refused",
        status,
        body: answer.body.toString("utf8"),
        retryAfter: headers["retry-after"],
        requestId: headers["x-amz-request-id"],
      },
      0,
    );
    if (isFinal) throw error;
    return new RetryableFailure(
      error,
      parseRetryAfter(retryAfter, this.#options.retry.clock.now()),
    );
  }
}

interface Put {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly timeoutMs: number;
}

function checkedEtag({ headers, status }: HttpResponse, md5: string): string {
  const etag = (headers["etag"] ?? "").replaceAll('"', "");
  if (etag.toLowerCase() === md5) return etag;
  const facts = { status, requestId: headers["x-amz-request-id"] };
  const shown = /^[\w-]{1,64}$/.test(etag) ? `ETag ${etag}` : "no ETag that is one";
  const problem = `${WHAT}: a part arrived with ${shown}, sent with MD5 ${md5}`;
  throw new StoreError("unavailable", facts, problem);
}
