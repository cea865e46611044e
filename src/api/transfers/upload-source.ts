import { open } from "node:fs/promises";
import { type ByteRange, rangeLength } from "../../core/byte-range.ts";
import { BsmountError } from "../../core/errors.ts";
import type { SharedBuffers } from "../../core/shared-buffers.ts";
import { unreadableError } from "./local-files.ts";

/** Bytes of known length that can be read several times. */
export interface UploadSource extends AsyncDisposable {
  readonly sizeBytes: number;
  /** Distinguishes versions of a local file; absent for bytes in memory. */
  readonly mtimeMs?: number;
  /** Runs `work` with the bytes of a range. They belong to `work` until it has ended. */
  use<T>(range: ByteRange, work: (bytes: Uint8Array) => Promise<T>): Promise<T>;
  /**
   * True when the source is unchanged; false when its size and date are unchanged, but something was done to it: its
   * name or mode may have changed, or bytes whose date was set back.
   * @throws BsmountError `changed` when it is another one
   */
  isUntouched(): Promise<boolean>;
  /** The error for a source that has changed. */
  changedError(): BsmountError;
}

export function memorySource(bytes: Uint8Array): UploadSource {
  return {
    sizeBytes: bytes.length,
    use: async ({ start, end }, work) => await work(bytes.subarray(start, end)),
    isUntouched: async () => true,
    changedError: () => changedSourceError("what is uploaded"),
    [Symbol.asyncDispose]: async () => {},
  };
}

/**
 * A local file, read into `buffers`: shared memory can be hashed in another thread.
 * @throws BsmountError `usage` for a folder, `not-found` and what opening can throw
 */
export async function fileSource(path: string, buffers: SharedBuffers): Promise<UploadSource> {
  const file = await open(path, "r").catch((cause: unknown) => {
    throw unreadableError(path, cause);
  });
  const info = await file.stat();
  if (!info.isFile()) {
    await file.close();
    throw new BsmountError("usage", `${path} is no regular file`);
  }
  const changed = (): BsmountError => changedSourceError(path);
  return {
    sizeBytes: info.size,
    mtimeMs: info.mtimeMs,
    use: async (range, work) => {
      return await buffers.use(rangeLength(range), async (bytes) => {
        for (let filled = 0; filled < bytes.length;) {
          const [left, at] = [bytes.length - filled, range.start + filled];
          const { bytesRead } = await file.read(bytes, filled, left, at);
          if (bytesRead === 0) throw changed();
          filled += bytesRead;
        }
        return await work(bytes);
      });
    },
    isUntouched: async () => {
      const now = await file.stat();
      if (now.size !== info.size || now.mtimeMs !== info.mtimeMs) throw changed();
      return now.ctimeMs === info.ctimeMs;
    },
    changedError: changed,
    [Symbol.asyncDispose]: async () => await file.close(),
  };
}

function changedSourceError(what: string): BsmountError {
  return new BsmountError("changed", `${what} changed while it was uploaded`, {
    remedy: "upload it again when nothing writes to it",
  });
}
