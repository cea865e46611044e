import { fstatSync, writeSync } from "node:fs";
import process from "node:process";
import { isatty } from "node:tty";
import { abandonOnAbort } from "../core/abort.ts";
import { BsmountError } from "../core/errors.ts";

/*
 * The only module that writes to standard output. After the first failure nothing more is written, and `flush` throws
 * it. Node's stream is used for pipes, sockets and terminals, whose reader may be slow. For files and devices Node
 * takes a short write, as on an almost full disk, for a complete one, so this module writes those itself.
 */

const DESCRIPTOR = 1;

/** Bytes that may be queued for a slow reader before {@link StandardOutput.ready} waits. */
const MAX_QUEUED_BYTES = 1024 * 1024;

class StandardOutput {
  readonly #failure = new AbortController();
  /** Resolves when everything is written or abandoned; never rejects. */
  #written: Promise<void> = Promise.resolve();
  #queuedBytes = 0;
  #usesStream: boolean | undefined;

  /** Aborts at the first write that fails; the reason is the error that {@link flush} throws. */
  get failed(): AbortSignal {
    return this.#failure.signal;
  }

  /** Appends `data`. {@link flush} throws failures. */
  write(data: string | Uint8Array): void {
    if (this.failed.aborted) return;
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    this.#usesStream ??= this.#isStream();
    if (this.#usesStream) this.#queue(bytes);
    else this.#writeNow(bytes);
  }

  /** Waits while too many bytes are queued. @throws the first failed write; the signal's reason */
  async ready(signal: AbortSignal): Promise<void> {
    if (this.#queuedBytes > MAX_QUEUED_BYTES) await abandonOnAbort(this.#written, signal);
    this.failed.throwIfAborted();
  }

  /**
   * Waits until everything is written.
   * @throws BsmountError `unavailable` when something could not be written; the signal's reason
   */
  async flush(signal: AbortSignal): Promise<void> {
    if (this.#queuedBytes > 0) await abandonOnAbort(this.#written, signal);
    this.failed.throwIfAborted();
  }

  #isStream(): boolean {
    const info = fstatSync(DESCRIPTOR);
    const isStream = info.isFIFO() || info.isSocket() || isatty(DESCRIPTOR);
    // The callback of the write receives the failure; without a listener it would end the process, too.
    if (isStream) process.stdout.on("error", () => {});
    return isStream;
  }

  #queue(bytes: Uint8Array): void {
    this.#queuedBytes += bytes.length;
    this.#written = new Promise((resolve) => {
      process.stdout.write(bytes, (error) => {
        this.#queuedBytes -= bytes.length;
        if (error) this.#fail(error);
        resolve();
      });
    });
  }

  #writeNow(bytes: Uint8Array): void {
    try {
      for (let done = 0; done < bytes.length;) done += writeSync(DESCRIPTOR, bytes, done);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(cause: unknown): void {
    if (!this.failed.aborted) this.#failure.abort(outputError(cause));
  }
}

export const standardOutput: StandardOutput = new StandardOutput();

/** Whether the failure of a write says that nobody reads the output any more, as behind `| head -1`. */
export function isReaderGone(error: unknown): boolean {
  return error instanceof BsmountError && codeOf(error.cause) === "EPIPE";
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code);
}

const FULL: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

function outputError(cause: unknown): BsmountError {
  const code = codeOf(cause);
  const why = code === "EPIPE" ? ": its reader has closed it" : "";
  return new BsmountError("unavailable", `cannot write to standard output${why}`, {
    cause,
    ...(FULL.has(code) ? { remedy: "free space there, or send the output elsewhere" } : {}),
  });
}
