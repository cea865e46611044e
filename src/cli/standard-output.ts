import { fstatSync, writeSync } from "node:fs";
import process from "node:process";
import { isatty } from "node:tty";
import { abandonOnAbort } from "../core/abort.ts";
import { BsmountError } from "../core/errors.ts";

/*
 * The one owner of standard output: no other module writes to it. Its first failure is kept; nothing is written
 * after that, and whoever flushes is told. Node's own stream serves pipes, sockets and terminals, whose reader
 * may be slow. For files and devices it takes a short write, as on a disk that is almost full, for a whole one,
 * so those are written here.
 */

const DESCRIPTOR = 1;

/** What may wait for a slow reader before {@link StandardOutput.ready} waits for the reader as well. */
const MAX_QUEUED_BYTES = 1024 * 1024;

class StandardOutput {
  readonly #failure = new AbortController();
  /** Settles, without ever failing, when everything is written or given up. */
  #written: Promise<void> = Promise.resolve();
  #queuedBytes = 0;
  #hasStream: boolean | undefined;

  /** Aborts at the first write that fails; the reason is the error that {@link flush} throws. */
  get failed(): AbortSignal {
    return this.#failure.signal;
  }

  /** Writes `data` behind everything before it. Failures are kept for {@link flush}. */
  write(data: string | Uint8Array): void {
    if (this.failed.aborted) return;
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    this.#hasStream ??= this.#takesStream();
    if (this.#hasStream) this.#queue(bytes);
    else this.#writeNow(bytes);
  }

  /** Waits while a slow reader has much to read. @throws what failed; the signal's reason */
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

  #takesStream(): boolean {
    const info = fstatSync(DESCRIPTOR);
    const isStream = info.isFIFO() || info.isSocket() || isatty(DESCRIPTOR);
    // A failure reaches the callback of its write as well; without a listener it would end the process.
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
    if (!this.failed.aborted) this.#failure.abort(cannotPrint(cause));
  }
}

export const standardOutput: StandardOutput = new StandardOutput();

const FULL: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

function cannotPrint(cause: unknown): BsmountError {
  const code = String((cause as NodeJS.ErrnoException).code);
  const why = code === "EPIPE" ? ": its reader has gone" : "";
  return new BsmountError("unavailable", `cannot write to standard output${why}`, {
    cause,
    ...(FULL.has(code) ? { remedy: "free space there, or send the output elsewhere" } : {}),
  });
}
