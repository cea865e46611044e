import { rangeLength } from "../../src/core/byte-range.ts";
import type { ContentSource, RangeRequest, StoreVersion } from "../../src/read/content-source.ts";
import type { ContentDescription } from "../../src/read/reader.ts";

/** One request to a {@link ScriptedSource} that has not ended. */
export interface OpenRequest {
  readonly request: RangeRequest;
  readonly signal: AbortSignal;
  /** Writes the bytes and returns the source's present version. */
  succeed(): void;
  fail(error: unknown): void;
}

export interface ScriptedSourceOptions {
  /** Decides what happens to a request; without it, each succeeds in a later turn of the event loop. */
  readonly onRequest?: (open: OpenRequest) => void;
}

/** A content source in memory whose responses a test can time, order and refuse. */
export class ScriptedSource implements ContentSource {
  version: StoreVersion = { etag: "one" };
  readonly requests: RangeRequest[] = [];
  /** Requests that have not ended yet, in order of arrival. */
  readonly open: OpenRequest[] = [];
  mostOpen = 0;
  readonly #onRequest: (open: OpenRequest) => void;

  constructor({ onRequest }: ScriptedSourceOptions = {}) {
    this.#onRequest = onRequest ?? ((open) => void setImmediate(() => open.succeed()));
  }

  get bytesRequested(): number {
    return this.requests.reduce((sum, { range }) => sum + rangeLength(range), 0);
  }

  async readRange(request: RangeRequest, signal: AbortSignal): Promise<StoreVersion> {
    const pieces = request.into.reduce((sum, piece) => sum + piece.length, 0);
    if (pieces !== rangeLength(request.range)) throw new Error("pieces do not add up to the range");
    this.requests.push(request);
    let opened: OpenRequest | undefined;
    try {
      return await new Promise<StoreVersion>((resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        const succeed = (): void => {
          if (signal.aborted) return;
          this.#fill(request);
          resolve(this.version);
        };
        opened = { request, signal, succeed, fail: reject };
        this.open.push(opened);
        this.mostOpen = Math.max(this.mostOpen, this.open.length);
        this.#onRequest(opened);
      });
    } finally {
      if (opened !== undefined) this.open.splice(this.open.indexOf(opened), 1);
    }
  }

  #fill({ range, into, fileId }: RangeRequest): void {
    let offset = range.start;
    for (const piece of into) {
      piece.set(contentBytes(`${fileId}${this.version.etag}`, offset, piece.length));
      offset += piece.length;
    }
  }
}

/** The bytes of file `name` at `offset`; they differ at each offset and in each file. */
export function contentBytes(name: string, offset: number, length: number): Uint8Array {
  let seed = 0;
  for (const letter of name) seed = (seed * 31 + letter.charCodeAt(0)) % 65_521;
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 1) {
    const mixed = Math.imul(offset + at + seed * 7919, 2_654_435_761);
    bytes[at] = mixed ^ (mixed >>> 13);
  }
  return bytes;
}

export function describeContent(
  id: string,
  sizeBytes: number,
  version = "one",
): ContentDescription {
  return { fileId: id, sizeBytes, version };
}
