import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { byteRange } from "../../core/byte-range.ts";
import { generatedChunks, type GeneratedContent } from "./generator.ts";

/** The ETag of larger generated content does not depend on its bytes, so that they need not be computed. */
const LARGEST_HASHED_GENERATED = 64 * 1024 * 1024;
/** The same limit for files that a catalog refers to. */
const LARGEST_HASHED_FILE = 1024 * 1024 * 1024;

/**
 * The part size that synthetic ETags claim. No upload has parts this small, so no client mistakes such an ETag for a
 * digest of the content and reports a mismatch.
 */
const SYNTHETIC_PART_BYTES = 1024 * 1024;

export function md5Hex(bytes: string | Buffer): string {
  return createHash("md5").update(bytes).digest("hex");
}

/** The ETag of an object that was uploaded in parts, in S3's form: the md5 of the parts' md5s and their count. */
export function multipartEtag(partMd5s: readonly string[]): string {
  const joined = Buffer.concat(partMd5s.map((md5) => Buffer.from(md5, "hex")));
  return `${md5Hex(joined)}-${partMd5s.length}`;
}

/** The md5 of generated content up to 64 MiB; above that `md5("<seed>:<size>")-<parts of 1 MiB>`. */
export function generatedEtag(content: GeneratedContent): string {
  const { seed, sizeBytes } = content;
  if (sizeBytes > LARGEST_HASHED_GENERATED) return syntheticEtag(`${seed}:${sizeBytes}`, sizeBytes);
  const hash = createHash("md5");
  for (const chunk of generatedChunks(content, byteRange(0, sizeBytes))) hash.update(chunk);
  return hash.digest("hex");
}

/** The md5 of a file up to 1 GiB; above that an md5 of its path, size and time in the form of a multipart ETag. */
export async function fileEtag(path: string): Promise<string> {
  const { size, mtimeMs } = await stat(path);
  if (size > LARGEST_HASHED_FILE) return syntheticEtag(`${path}:${size}:${mtimeMs}`, size);
  const hash = createHash("md5");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

function syntheticEtag(text: string, sizeBytes: number): string {
  return `${md5Hex(text)}-${Math.ceil(sizeBytes / SYNTHETIC_PART_BYTES)}`;
}
