import type { DigestOf } from "./file-digests.ts";
import { plansOf } from "../../upload/part-sizes.ts";

/** What an ETag says about the content of a file. */
export interface EtagDigests {
  /** In lower-case hex. */
  readonly md5: string;
  /** `md5` for that of the whole file, or `md5s` for that of the MD5s of its parts. */
  readonly how: "md5" | "md5s";
  /** One of these must have the MD5 of the ETag. */
  readonly wanted: readonly DigestOf[];
  /** False when the file may have been cut into other parts than those that are tried. */
  readonly isCertain: boolean;
}

/**
 * Interprets an ETag: the MD5 of a file that was uploaded in one request; of a file in N parts, the MD5 of their
 * MD5s followed by `-N`. The service does not say how long the parts are, so all known ways to make N parts of the
 * file are tried. Undefined for an ETag of another form, or when no known way makes N parts.
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
