/*
 * Begin here: `upload/` sends a file in parts over any protocol. `MultipartUpload` below begins an upload, sends its
 * parts, and completes or aborts it, through an `UploadProtocol` (`upload-protocol.ts`) that `api/` implements for v1
 * and v2. `incremental-upload.ts` does so while the file is still being written. `limits.ts` has what BaseSpace
 * accepts; `part-sizes.ts` and `part-plan.ts` cut files within it. `api/transfers/`, `api/resources/v2/` and `write/`
 * call it.
 */

import { inParallel } from "../core/parallel.ts";
import type { PartToSend, UploadProtocol } from "./upload-protocol.ts";

/** How long a failed upload may take to tell the service that it is given up, in milliseconds. */
const ABORT_TIMEOUT_MS = 10_000;

/** A whole upload: its parts, and what happens around them. */
export interface UploadRun<Part> {
  /** The parts in order; at most `parallel` of them are under way at a time. */
  readonly parts: Iterable<Part> | AsyncIterable<Part>;
  readonly parallel: number;
  /** Obtains the bytes of `part` and gives them to `send`. Returns how many bytes of the file they are. */
  readonly sendPart: (
    part: Part,
    send: (part: PartToSend) => Promise<void>,
    signal: AbortSignal,
  ) => Promise<number>;
  /** Called when all parts have been sent. What it throws prevents the file from becoming complete. */
  readonly beforeComplete?: () => Promise<void>;
  /** Whether the upload is kept after this error, to be continued later. Default: it is aborted. */
  readonly isKept?: (error: unknown) => boolean;
}

/**
 * One upload in parts, over any protocol:
 *
 * ```
 * new ── begin ──▶ begun ── send … send ──▶ complete
 *  ▲                 │
 *  └─ begin failed   └── abort ──▶ aborted
 * ```
 *
 * Everything that is uploaded in parts goes through here. {@link run} uploads content that is known or comes in
 * order; `IncrementalUpload` uploads content that is still being written.
 *
 * The protocol handles lost responses. A part is sent again, because it replaces the earlier one
 * (`../api/uploads/uploads.ts`, for v2 `../api/content/store-puts.ts`). Before `begin` and `complete` are sent again,
 * their effect is searched for (`../api/transport/idempotency.ts`).
 */
export class MultipartUpload<Begun, File> {
  readonly #protocol: UploadProtocol<Begun, File>;
  readonly #aborted = new AbortController();
  #begun: Promise<Begun> | undefined;

  /** @param begun an earlier upload to continue; undefined to begin one */
  constructor(protocol: UploadProtocol<Begun, File>, begun?: Begun) {
    this.#protocol = protocol;
    if (begun !== undefined) this.#begun = Promise.resolve(begun);
  }

  /** True once the service was asked to begin. */
  get hasBegun(): boolean {
    return this.#begun !== undefined;
  }

  /** Aborts when the upload is aborted. */
  get signal(): AbortSignal {
    return this.#aborted.signal;
  }

  /** Begins once for all callers. After a failure the next caller begins again. */
  async begin(signal: AbortSignal): Promise<Begun> {
    this.#begun ??= this.#protocol.begin(signal).catch((error: unknown) => {
      this.#begun = undefined;
      throw error;
    });
    return await this.#begun;
  }

  /** Sends a part of an upload, which is begun when it is not yet. */
  async send(part: PartToSend, signal: AbortSignal): Promise<void> {
    await this.#protocol.sendPart(await this.begin(signal), part, signal);
  }

  /** Makes one file of the parts. */
  async complete(sizeBytes: number, signal: AbortSignal): Promise<File> {
    return await this.#protocol.complete(await this.begin(signal), sizeBytes, signal);
  }

  /** Ends what is under way and tells the service. Does not throw: the service may be out of reach. */
  async abort(signal: AbortSignal): Promise<void> {
    this.#aborted.abort(new DOMException("the upload was given up", "AbortError"));
    const begun = await this.#begun?.catch(() => undefined);
    if (begun !== undefined) await this.#protocol.abort(begun, signal).catch(() => {});
  }

  /**
   * Begins, sends the parts and completes. What fails after the beginning is aborted, unless `isKept` says
   * otherwise. A file has at least one part.
   */
  async run<Part>(run: UploadRun<Part>, signal: AbortSignal): Promise<File> {
    await this.begin(signal);
    try {
      const sizeBytes = await this.#sendAll(run, signal);
      await run.beforeComplete?.();
      return await this.complete(sizeBytes, signal);
    } catch (error) {
      // The caller's signal may be the reason of the failure.
      if (run.isKept?.(error) !== true) await this.abort(AbortSignal.timeout(ABORT_TIMEOUT_MS));
      throw error;
    }
  }

  async #sendAll<Part>(
    { parts, parallel: limit, sendPart }: UploadRun<Part>,
    signal: AbortSignal,
  ): Promise<number> {
    let sizeBytes = 0;
    await inParallel(parts, { limit, signal }, async (part, inner) => {
      const send = async (bytes: PartToSend): Promise<void> => await this.send(bytes, inner);
      const sentBytes = await sendPart(part, send, inner);
      // Added afterwards: parts that end meanwhile add theirs.
      sizeBytes += sentBytes;
    });
    return sizeBytes;
  }
}
