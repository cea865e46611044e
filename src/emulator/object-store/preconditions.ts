import type { IncomingHttpHeaders } from "node:http";

/*
 * Not the package `fresh`: it returns whether a cached response can be reused, not what S3 does. It knows neither
 * If-Match nor If-Range, and with `Cache-Control: no-cache` it ignores If-None-Match, to which S3 returns 304.
 */

/** Returns the status that the request's If-Match or If-None-Match demands; undefined if the object is to be sent. */
export function failedPrecondition(
  headers: IncomingHttpHeaders,
  etag: string,
): 304 | 412 | undefined {
  const ifMatch = headers["if-match"];
  if (ifMatch !== undefined && !namesEtag(ifMatch, etag)) return 412;
  const ifNoneMatch = headers["if-none-match"];
  if (ifNoneMatch !== undefined && namesEtag(ifNoneMatch, etag)) return 304;
  return undefined;
}

/** Whether `Range` is to be obeyed; it is ignored if `If-Range` names another version. */
export function rangeApplies(headers: IncomingHttpHeaders, etag: string): boolean {
  const ifRange = headers["if-range"];
  return typeof ifRange !== "string" || namesEtag(ifRange, etag);
}

function namesEtag(header: string, etag: string): boolean {
  return header.split(",").some((part) => {
    const tag = part.trim().replace(/^W\//, "").replaceAll('"', "");
    return tag === "*" || tag === etag;
  });
}
