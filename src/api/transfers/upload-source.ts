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

/**
 * The pieces of a stream in parts of `sizeOf(1)`, `sizeOf(2)`, … bytes; only the last one is shorter. An
 * empty stream gives one empty part.
 */
export async function* regrouped(
  pieces: AsyncIterable<Uint8Array>,
  sizeOf: (number: number) => number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let number = 1;
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  for await (const piece of pieces) {
    for (let rest = piece; rest.length > 0;) {
      const taken = rest.subarray(0, sizeOf(number) - waitingBytes);
      // The stream may use its memory again.
      waiting.push(Uint8Array.from(taken));
      waitingBytes += taken.length;
      rest = rest.subarray(taken.length);
      if (waitingBytes < sizeOf(number)) continue;
      yield Buffer.concat(waiting, waitingBytes);
      number += 1;
      waiting = [];
      waitingBytes = 0;
    }
  }
  if (waitingBytes > 0 || number === 1) yield Buffer.concat(waiting, waitingBytes);
}
