import type { ByteRange } from "../../core/byte-range.ts";
import type { NetworkProblem } from "../transport/network-error.ts";
import type { MovedBytes } from "../transport/pace/pace-watch.ts";

/** One range of one signed link, and where its bytes go. */
export interface RangeQuery {
  readonly link: URL;
  /** Not empty. */
  readonly range: ByteRange;
  /** Of the whole file. */
  readonly sizeBytes: number;
  /** One piece behind the other, together as long as the range. */
  readonly into: readonly Uint8Array[];
  /** Without quotes; undefined when any version will do. */
  readonly expectedEtag: string | undefined;
  /** To connect, to the first byte, and between two pieces of the body. */
  readonly timeoutMs: number;
  /** 1 for the first. */
  readonly attempt: number;
  /** Is told how much has come, from when the request is sent. */
  readonly moved?: MovedBytes;
}

/**
 * What came of it.
 *
 * - `taken`: every byte of the range is in place, from the version expected
 * - `changed`: the store holds another version, or a file of another size
 * - `invalid`: an answer that is not what was asked for, e.g. another range, too long, encoded
 * - `refused`: a status that is neither 206 nor a fitting 200, with the beginning of its body
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

/** What is known of an answer whatever it says. */
interface StoreResponse {
  readonly status: number;
  /** `x-amz-request-id` */
  readonly requestId: string | undefined;
}

/** What a fetcher without a plan for everything adds: somebody else should ask again. */
export interface Unusual {
  readonly kind: "unusual";
  readonly status: number;
  readonly problem: string;
}

export interface RangeFetcher<Outcome = RangeOutcome> {
  /**
   * One attempt. When the promise settles, fulfilled or rejected, nothing writes to `into` any more;
   * unless the outcome is `taken`, what `into` holds means nothing.
   *
   * @throws only the signal's reason, and BsmountError `aborted` when the fetcher is closed
   */
  fetch(query: RangeQuery, signal: AbortSignal): Promise<Outcome>;
  close(): Promise<void>;
}
