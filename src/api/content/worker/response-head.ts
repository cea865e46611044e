import type { StoreResponseHead } from "../response-check.ts";

/** The head of an HTTP/1 answer, as far as a ranged GET needs it. */
export interface ResponseHead extends StoreResponseHead {
  readonly transferEncoding: string | undefined;
  /** The connection can carry another request after this body. */
  readonly keepsAlive: boolean;
}

export type ParsedHead =
  | { readonly kind: "head"; readonly head: ResponseHead; readonly bodyStart: number }
  | { readonly kind: "incomplete" }
  | { readonly kind: "malformed" };

/** Node's own limit. */
const MAX_HEAD_BYTES = 16 * 1024;

const END = Buffer.from("\r\n\r\n");
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: |$)/;
const HEADER_LINE = /^([!#$%&'*+.^_`|~\w-]+):(.*)$/;

/** Parses what has come so far. Anything out of the ordinary is `malformed`: somebody else will look. */
export function parseResponseHead(bytes: Buffer): ParsedHead {
  const end = bytes.indexOf(END);
  if (end === -1) return { kind: bytes.length > MAX_HEAD_BYTES ? "malformed" : "incomplete" };
  if (end > MAX_HEAD_BYTES) return { kind: "malformed" };
  const [statusLine = "", ...lines] = bytes.toString("latin1", 0, end).split("\r\n");
  const status = STATUS_LINE.exec(statusLine);
  const headers = parseHeaders(lines);
  if (status === null || headers === undefined) return { kind: "malformed" };
  const connection = (headers.get("connection") ?? "").toLowerCase();
  const head: ResponseHead = {
    status: Number(status[2]),
    contentRange: headers.get("content-range"),
    contentLength: headers.get("content-length"),
    contentEncoding: headers.get("content-encoding"),
    etag: headers.get("etag"),
    requestId: headers.get("x-amz-request-id"),
    transferEncoding: headers.get("transfer-encoding"),
    keepsAlive: status[1] === "1" && !connection.includes("close"),
  };
  return { kind: "head", head, bodyStart: end + END.length };
}

/** Undefined when a line is no header, or when one that frames the body comes twice with two values. */
function parseHeaders(lines: readonly string[]): Map<string, string> | undefined {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const match = HEADER_LINE.exec(line);
    if (match?.[1] === undefined || match[2] === undefined) return undefined;
    const name = match[1].toLowerCase();
    const value = match[2].trim();
    const before = headers.get(name);
    if (before !== undefined && before !== value && FRAMING.has(name)) return undefined;
    headers.set(name, value);
  }
  return headers;
}

const FRAMING: ReadonlySet<string> = new Set([
  "content-length",
  "content-range",
  "content-encoding",
  "transfer-encoding",
  "etag",
]);
