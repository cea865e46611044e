import type { DigestOf } from "./file-digests.ts";
import { plansOf } from "../../upload/part-sizes.ts";

/** What an ETag says of a file's content. */
export interface EtagDigests {
  /** In lower-case hex. */
  readonly md5: string;
  /** `md5` of the whole file, or `md5s` of those of the parts that it was uploaded in. */
  readonly how: "md5" | "md5s";
  /** One of these has to be the MD5 of the ETag. */
  readonly wanted: readonly DigestOf[];
  /** False where the file may have been cut into parts in another way than those that are wanted. */
  readonly isCertain: boolean;
}

/**
 * Reads an ETag: the MD5 of a file that BaseSpace got in one piece; of one that came in N parts the MD5 of their
 * MD5s, and `-N`. The sizes of the parts are not told, so all that make N parts of the file are wanted.
 * Undefined for an ETag that says nothing, or of parts whose sizes nobody knows.
 */
export function etagDigests(etag: string | undefined, sizeBytes: number): EtagDigests | undefined {
  const match = /^([0-9a-f]{32})(?:-(\d+))?$/.exec(etag?.toLowerCase() ?? "");
  if (match === null) return undefined;
  const [, md5 = "", parts] = match;
  if (parts === undefined) return { md5, how: "md5", wanted: ["whole"], isCertain: true };
  const count = Number(parts);
  if (count === 1) {
    const wanted = [[{ parts: 1, partBytes: Math.max(1, sizeBytes) }]];
    return { md5, how: "md5s", wanted, isCertain: true };
  }
  const wanted = plansOf(sizeBytes, count).map(({ steps }) => steps);
  return wanted.length === 0 ? undefined : { md5, how: "md5s", wanted, isCertain: false };
}
