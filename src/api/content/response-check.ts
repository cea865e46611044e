import { type ByteRange, rangeLength } from "../../core/byte-range.ts";

/** The parts of an answer's head that tell whether its body is the range asked for, and who answered. */
export interface StoreResponseHead {
  readonly status: number;
  readonly contentRange: string | undefined;
  readonly contentLength: string | undefined;
  readonly contentEncoding: string | undefined;
  readonly etag: string | undefined;
  /** `x-amz-request-id` */
  readonly requestId: string | undefined;
}

export interface RequestedRange {
  readonly range: ByteRange;
  readonly sizeBytes: number;
  readonly expectedEtag: string | undefined;
}

export type HeadVerdict =
  | { readonly kind: "take"; readonly etag: string | undefined }
  | { readonly kind: "changed"; readonly problem: string }
  | { readonly kind: "invalid"; readonly problem: string }
  | { readonly kind: "refused" };

/** Judges an answer before a byte of its body is taken. */
export function checkHead(head: StoreResponseHead, asked: RequestedRange): HeadVerdict {
  if (head.status !== 206 && head.status !== 200) return { kind: "refused" };
  const encoding = head.contentEncoding ?? "identity";
  if (encoding.toLowerCase() !== "identity") return invalid(`the body is encoded (${encoding})`);
  const problem = head.status === 206 ? checkPart(head, asked) : checkWhole(head, asked);
  if (problem !== undefined) return problem;
  const etag = plainEtag(head.etag);
  if (asked.expectedEtag !== undefined && etag !== asked.expectedEtag) {
    return changed("the store holds another version (its ETag differs)");
  }
  return { kind: "take", etag };
}

/** An ETag without its quotes; a weak one keeps its `W/`. */
export function plainEtag(header: string | undefined): string | undefined {
  const text = header?.trim().replace(/^(W\/)?"(.*)"$/, "$1$2");
  return text === "" ? undefined : text;
}

function checkPart(head: StoreResponseHead, asked: RequestedRange): HeadVerdict | undefined {
  const match = /^bytes (\d+)-(\d+)\/(\d+)$/i.exec(head.contentRange?.trim() ?? "");
  if (match === null) return invalid("a 206 without a usable Content-Range");
  const [start, last, total] = match.slice(1).map(Number);
  if (total !== asked.sizeBytes) {
    return changed(`the store's file has ${total} bytes, not ${asked.sizeBytes}`);
  }
  if (start !== asked.range.start || last !== asked.range.end - 1) {
    return invalid(
      `bytes ${start}-${last} came instead of ${asked.range.start}-${asked.range.end - 1}`,
    );
  }
  return checkLength(head, rangeLength(asked.range));
}

/** A server that ignores ranges is of use only when the range is the file. */
function checkWhole(head: StoreResponseHead, asked: RequestedRange): HeadVerdict | undefined {
  if (asked.range.start !== 0 || asked.range.end !== asked.sizeBytes) {
    return invalid("the store sent the whole file instead of a range");
  }
  const length = head.contentLength === undefined ? undefined : Number(head.contentLength);
  if (length !== undefined && length !== asked.sizeBytes) {
    return changed(`the store's file has ${length} bytes, not ${asked.sizeBytes}`);
  }
  return undefined;
}

function checkLength(head: StoreResponseHead, expected: number): HeadVerdict | undefined {
  if (head.contentLength === undefined || Number(head.contentLength) === expected) return undefined;
  return invalid(`a body of ${head.contentLength} bytes is announced instead of ${expected}`);
}

function invalid(problem: string): HeadVerdict {
  return { kind: "invalid", problem };
}

function changed(problem: string): HeadVerdict {
  return { kind: "changed", problem };
}
