/*
 * Begin here: `content/` fetches bytes of files. `Content` gets a signed link (`link-cache.ts`, `store-link.ts`) and
 * requests a range of it from the object store, again if need be (`range-failure.ts`). A `RangeFetcher` does one
 * request: `create-fetcher.ts` chooses sockets in a worker thread (`worker/`) or undici (`undici-fetcher.ts`).
 * `store-puts.ts` is the opposite direction, the parts of a v2 upload. `read/` and `transfers/` call `Content`;
 * `read/content-source.ts` declares `StoreVersion` and `RangeRequest` again, as its port to this class.
 */

import { setMaxListeners } from "node:events";
import { type ByteRange, rangeLength } from "../../core/byte-range.ts";
import type { FileId } from "../../core/ids.ts";
import { networkProblem } from "../transport/network-error.ts";
import { TooSlowError } from "../transport/pace/lowest-speed.ts";
import type { PaceWatch } from "../transport/pace/pace-watch.ts";
import { parseRetryAfter } from "../transport/retry-delay.ts";
import { type RetryOptions, withRetries, RetryableFailure } from "../transport/retry.ts";
import type { LinkCache } from "./link-cache.ts";
import type { RangeFetcher, RangeOutcome } from "./range-fetcher.ts";
import { failureOf, needsNewLink } from "./range-failure.ts";

/** The version of a file's bytes: the ETag of the object store, without quotes. */
export interface StoreVersion {
  /** The ETag without quotes; undefined if the store sends none. */
  readonly etag: string | undefined;
}

/** A range of a file, and the memory for it. */
export interface RangeRequest {
  /** The file. */
  readonly fileId: FileId;
  /** The size of the whole file, as BaseSpace states it. */
  readonly sizeBytes: number;
  /** Not empty, and inside the file. */
  readonly range: ByteRange;
  /**
   * Where the bytes are written, one piece after another; the lengths add up to that of the range. Pieces of a
   * SharedArrayBuffer are filled by a worker thread, others on the calling thread.
   */
  readonly into: readonly Uint8Array[];
  /** The version of earlier responses; any version when undefined. */
  readonly expected: StoreVersion | undefined;
}

export interface ContentOptions {
  readonly links: LinkCache;
  readonly fetcher: RangeFetcher;
  /** Repeats the request for a range whose connection crawls among faster ones. */
  readonly pace: PaceWatch;
  readonly timeoutMs: number;
  readonly retry: RetryOptions;
}

/**
 * Reads ranges of files by their signed links. Every response is checked before it counts: the range, the size and
 * version of the file, every byte. A link that the store refuses is renewed once; a link to a store that cannot be
 * reached is renewed before the next attempt. Short, wrong, late and failing responses are requested again after a
 * pause, those that crawl among faster ones at once.
 */
export class Content {
  readonly #options: ContentOptions;

  constructor(options: ContentOptions) {
    this.#options = options;
  }

  /**
   * Fetches exactly `range` into `into`. When the promise settles, nothing writes to `into` any more.
   *
   * @throws BsmountError `changed`, `archived`, `not-found`, `access-denied`, `timeout`, `unavailable`;
   * ApiError when no signed link can be obtained; the signal's reason
   */
  async readRange(request: RangeRequest, signal: AbortSignal): Promise<StoreVersion> {
    checkRequest(request);
    // Dozens of ranges under one signal are usual; Node would warn of a leak from the eleventh listener on.
    setMaxListeners(0, signal);
    const links = new RenewableLink(this.#options.links, request.fileId);
    let changes = 0;
    return await withRetries(this.#options.retry, signal, async (attempt) => {
      let outcome = await this.#fetch(request, links, attempt, signal);
      if (needsNewLink(outcome) && links.renew()) {
        outcome = await this.#fetch(request, links, attempt, signal);
      }
      // A store that is back may have another address.
      if (outcome.kind === "broken" && outcome.neverSent === true) links.forget();
      // Only responses say something about the version.
      if (outcome.kind === "changed") changes += 1;
      return this.#conclude(request, outcome, changes);
    });
  }

  async #fetch(
    request: RangeRequest,
    links: RenewableLink,
    attempt: number,
    signal: AbortSignal,
  ): Promise<RangeOutcome> {
    const link = await links.get(signal);
    const { range, sizeBytes, into } = request;
    const { timeoutMs, fetcher, pace } = this.#options;
    const expectedEtag = request.expected?.etag;
    const query = { link, range, sizeBytes, into, expectedEtag, timeoutMs, attempt };
    const transfer = { line: `GET ${link.origin}`, bytes: rangeLength(range), timeoutMs };
    try {
      return await pace.run(transfer, signal, async (moved, inner) => {
        return await fetcher.fetch({ ...query, moved }, inner);
      });
    } catch (error) {
      if (error instanceof TooSlowError) return { kind: "broken", ...networkProblem(error) };
      throw error;
    }
  }

  #conclude(
    request: RangeRequest,
    outcome: RangeOutcome,
    changes: number,
  ): StoreVersion | RetryableFailure {
    if (outcome.kind === "taken") return { etag: outcome.etag };
    const { error, isFinal, retryAfter } = failureOf(describe(request), outcome, changes);
    if (isFinal) throw error;
    return new RetryableFailure(
      error,
      parseRetryAfter(retryAfter, this.#options.retry.clock.now()),
    );
  }
}

/** The link of one file during one request: fetched when it is needed, renewed at most once. */
class RenewableLink {
  readonly #cache: LinkCache;
  readonly #fileId: FileId;
  #link: Awaited<ReturnType<LinkCache["get"]>> | undefined;
  #isRenewed = false;

  constructor(cache: LinkCache, fileId: FileId) {
    this.#cache = cache;
    this.#fileId = fileId;
  }

  /** Read from the cache each time: the link may have expired during a pause. */
  async get(signal: AbortSignal): Promise<URL> {
    this.#link = await this.#cache.get(this.#fileId, signal);
    return this.#link.url;
  }

  /** True when the next link may be another one. */
  renew(): boolean {
    if (this.#isRenewed || this.#link === undefined) return false;
    this.#isRenewed = true;
    this.forget();
    return true;
  }

  /** The next attempt requests a new link from the service. */
  forget(): void {
    if (this.#link !== undefined) this.#cache.drop(this.#fileId, this.#link);
  }
}

function describe({ fileId, range }: RangeRequest): string {
  return `cannot read bytes ${range.start}–${range.end} of file ${fileId}`;
}

/** A wrong request is an error of the program, not of the service. */
function checkRequest({ range, sizeBytes, into }: RangeRequest): void {
  const room = into.reduce((sum, piece) => sum + piece.length, 0);
  const fits = range.start >= 0 && range.start < range.end && range.end <= sizeBytes;
  if (!fits || room !== rangeLength(range)) {
    throw new RangeError(
      `bytes ${range.start}–${range.end} of ${sizeBytes} do not fit into ${room} bytes`,
    );
  }
}
