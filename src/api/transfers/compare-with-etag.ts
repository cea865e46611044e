import { neverAborted } from "../../core/abort.ts";
import { FileDigests } from "../digests/file-digests.ts";
import { etagDigests } from "../digests/etag-digests.ts";
import { statLocal } from "./local-place.ts";
import { piecesOfFile } from "../digests/md5-of-file.ts";

/**
 * - `md5`: the bytes are the same, by the MD5 of the file
 * - `md5s`: the bytes are the same, by the MD5s of the parts that it was uploaded in
 * - `other`: they are others
 * - `unknown`: there is no ETag, or one of parts whose sizes nobody knows, or they are others
 */
export type Compared = "md5" | "md5s" | "other" | "unknown";

/** Compares a local file with an ETag, while it is read once. */
export async function compareWithEtag(
  path: string,
  etag: string | undefined,
  signal: AbortSignal = neverAborted,
): Promise<Compared> {
  const { size } = await statLocal(path);
  const expected = etagDigests(etag, size);
  if (expected === undefined) return "unknown";
  const digests = new FileDigests(expected.wanted);
  for await (const piece of piecesOfFile(path, signal)) digests.update(piece);
  if (digests.end().includes(expected.md5)) return expected.how;
  return expected.isCertain ? "other" : "unknown";
}
