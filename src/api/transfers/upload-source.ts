import { open } from "node:fs/promises";
import { BsmountError } from "../../core/errors.ts";
import { cannotRead } from "./local-place.ts";

/** Bytes of known length that can be read again. */
export interface UploadSource extends AsyncDisposable {
  readonly sizeBytes: number;
  /** Tells one version of a local file from the next; absent for bytes in memory. */
  readonly mtimeMs?: number;
  read(start: number, end: number): Promise<Uint8Array>;
  /** @throws BsmountError `changed` when it is not what it was at the beginning */
  checkUnchanged(): Promise<void>;
}

export function memorySource(bytes: Uint8Array): UploadSource {
  return {
    sizeBytes: bytes.length,
    read: async (start, end) => bytes.subarray(start, end),
    checkUnchanged: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}

/** @throws BsmountError `usage` for a folder, `not-found` and what opening can throw */
export async function fileSource(path: string): Promise<UploadSource> {
  const file = await open(path, "r").catch((cause: unknown) => {
    throw cannotRead(path, cause);
  });
  const info = await file.stat();
  if (!info.isFile()) {
    await file.close();
    throw new BsmountError("usage", `${path} is no regular file`);
  }
  const changed = (): BsmountError =>
    new BsmountError("changed", `${path} changed while it was uploaded`);
  return {
    sizeBytes: info.size,
    mtimeMs: info.mtimeMs,
    read: async (start, end) => {
      // Shared memory can be hashed in another thread.
      const bytes = Buffer.from(new SharedArrayBuffer(end - start));
      for (let filled = 0; filled < bytes.length;) {
        const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, start + filled);
        if (bytesRead === 0) throw changed();
        filled += bytesRead;
      }
      return bytes;
    },
    checkUnchanged: async () => {
      const now = await file.stat();
      if (now.size !== info.size || now.mtimeMs !== info.mtimeMs) throw changed();
    },
    [Symbol.asyncDispose]: async () => await file.close(),
  };
}
