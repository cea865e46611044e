import type { ByteRange } from "../core/byte-range.ts";
import type { FileId } from "../core/ids.ts";

/** What tells one version of a file's bytes from the next at the object store: its ETag, quotes removed. */
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
   * Where the bytes go, one piece behind the other; the lengths add up to the range's. Pieces are views
   * on a SharedArrayBuffer, so that a worker can fill them without a copy.
   */
  readonly into: readonly Uint8Array[];
  /** The version that earlier answers had. Another one is a `changed` error. */
  readonly expected: StoreVersion | undefined;
}

/** What `read/` asks of whoever can fetch bytes; `session/` hands in the client's. */
export interface ContentSource {
  /**
   * Fetches exactly `range` into `into`, checked: status 206 with the Content-Range asked for (or a 200
   * no longer than the range), every byte, the version expected. Short, long, stale or failing answers
   * are retried inside. When the promise settles, fulfilled or rejected, nothing writes to `into` any more.
   *
   * @throws BsmountError `changed`, `access-denied`, `not-signed-in`, `not-found`, `archived`, `timeout`,
   * `unavailable`, or the signal's reason.
   */
  readRange(request: RangeRequest, signal: AbortSignal): Promise<StoreVersion>;
}
