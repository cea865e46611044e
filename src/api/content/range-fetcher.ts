import type { ByteRange } from "../../core/byte-range.ts";
import type { NetworkProblem } from "../transport/network-error.ts";
import type { MovedBytes } from "../transport/pace/pace-watch.ts";

/** One range of one signed link, and where its bytes are written. */
export interface RangeQuery {
  readonly link: URL;
  /** Not empty. */
  readonly range: ByteRange;
  /** The size of the whole file. */
  readonly sizeBytes: number;
  /** Pieces of memory, together as long as the range. */
  readonly into: readonly Uint8Array[];
  /** The expected version, without quotes; undefined for any. */
  readonly expectedEtag: string | undefined;
  /** How long to wait for the connection, the first byte, and each further piece of the body. */
  readonly timeoutMs: number;
  /** 1 for the first. */
  readonly attempt: number;
  /** Receives how many bytes have come, from when the request is sent. */
  readonly moved?: MovedBytes;
}

/**
 * The outcome of a request.
 *
 * - `taken`: every byte of the range was written, from the expected version
 * - `changed`: the store has another version, or a file of another size
 * - `invalid`: a response to something else, e.g. another range, too long, encoded
 * - `refused`: a status that is neither 206 nor a suitable 200, with the beginning of its body
 * - `broken`: the connection failed, was silent for too long, or ended too early
 */
export type RangeOutcome =
  | { readonly kind: "taken"; readonly status: number; readonly etag: string | undefined }
  | (StoreResponse & { readonly kind: "changed"; readonly problem: string })
  | (StoreResponse & { readonly kind: "invalid"; readonly problem: string })
  | (StoreResponse & {
      readonly kind: "refused";
      readonly body: string;
      readonly retryAfter: string | undefined;
    })
  | ({ readonly kind: "broken" } & NetworkProblem);

/** What every response has. */
interface StoreResponse {
  readonly status: number;
  /** `x-amz-request-id` */
  readonly requestId: string | undefined;
}

/** The outcome of a response that a fetcher does not handle: another fetcher should repeat the request. */
export interface Unusual {
  readonly kind: "unusual";
  readonly status: number;
  readonly problem: string;
}

export interface RangeFetcher<Outcome = RangeOutcome> {
  /**
   * One attempt. When the promise settles, nothing writes to `into` any more; unless the outcome is `taken`, its
   * content is undefined.
   *
   * @throws only the signal's reason, and BsmountError `aborted` when the fetcher is closed
   */
  fetch(query: RangeQuery, signal: AbortSignal): Promise<Outcome>;
  close(): Promise<void>;
}
