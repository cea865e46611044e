import type { IncomingHttpHeaders } from "node:http";

/** 304 or 412 when the request's conditions on the ETag ask for it, else undefined. */
export function failedPrecondition(
  headers: IncomingHttpHeaders,
  etag: string,
): 304 | 412 | undefined {
  const ifMatch = headers["if-match"];
  if (ifMatch !== undefined && !lists(ifMatch, etag)) return 412;
  const ifNoneMatch = headers["if-none-match"];
  if (ifNoneMatch !== undefined && lists(ifNoneMatch, etag)) return 304;
  return undefined;
}

/** False when `If-Range` names another version: then the whole is sent. */
export function rangeApplies(headers: IncomingHttpHeaders, etag: string): boolean {
  const ifRange = headers["if-range"];
  return typeof ifRange !== "string" || lists(ifRange, etag);
}

function lists(header: string, etag: string): boolean {
  return header.split(",").some((part) => {
    const tag = part.trim().replace(/^W\//, "").replaceAll('"', "");
    return tag === "*" || tag === etag;
  });
}
