import { createCipheriv } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

const CHUNK = Buffer.alloc(1024 * 1024);

/** Writes bytes that no compression shortens and that are the same in every run; others for each `seed`. */
export async function writeRandomFile(
  path: string,
  sizeBytes: number,
  signal: AbortSignal,
  seed = 0,
): Promise<void> {
  const start = Buffer.alloc(16);
  start.writeUInt32BE(seed);
  const cipher = createCipheriv("aes-128-ctr", Buffer.alloc(16, 7), start);
  await pipeline(Readable.from(zeros(sizeBytes)), cipher, createWriteStream(path), { signal });
}

function* zeros(sizeBytes: number): Generator<Buffer> {
  for (let written = 0; written < sizeBytes; written += CHUNK.length) {
    yield CHUNK.subarray(0, Math.min(CHUNK.length, sizeBytes - written));
  }
}
