import type { ByteRange } from "../core/byte-range.ts";
import type { FileId } from "../core/ids.ts";

/*
 * The port of `read/` to the client. `api/content/content.ts` declares the same two types for its own users; the
 * compiler compares them where `session/` passes the client in, so neither folder imports the other.
 */

/** Identifies a version of a file in the object store: its ETag without quotes. */
export interface StoreVersion {
  readonly etag: string | undefined;
}

export interface RangeRequest {
  readonly fileId: FileId;
  /** Size of the whole file as the catalog knows it; the store's Content-Range must agree. */
  readonly sizeBytes: number;
  /** Not empty, and inside the file. */
  readonly range: ByteRange;
  /**
   * Consecutive pieces of memory for the bytes, together as long as the range. They are views of a SharedArrayBuffer,
   * so that a worker can fill them without a copy.
   */
  readonly into: readonly Uint8Array[];
  /** The version of earlier responses; another one is a `changed` error. */
  readonly expected: StoreVersion | undefined;
}

/** The port through which `read/` fetches bytes; `session/` passes in the client. */
export interface ContentSource {
  /**
   * Fetches exactly `range` into `into`, and checks the response: status 206 with the requested Content-Range (or 200
   * with no more bytes than the range), the number of bytes, and the expected version. It retries short, long, stale
   * and failed responses. When the promise settles, nothing writes to `into` any more.
   *
   * @throws BsmountError `changed`, `access-denied`, `not-signed-in`, `not-found`, `archived`, `timeout`,
   * `unavailable`, or the signal's reason.
   */
  readRange(request: RangeRequest, signal: AbortSignal): Promise<StoreVersion>;
}
