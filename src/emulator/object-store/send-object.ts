import { randomBytes } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { type ByteRange, byteRange, rangeLength } from "../../core/byte-range.ts";
import type { ContentStore } from "../content/content-store.ts";
import type { StoredObject } from "../state/entities.ts";
import { failedPrecondition, rangeApplies } from "./preconditions.ts";
import { parseRange } from "./range-header.ts";
import { sendStoreError } from "./xml-error.ts";

export interface ObjectHeaders {
  readonly contentType: string;
  readonly contentDisposition: string | undefined;
}

/** Responds to a GET or HEAD of an object: with all of it, a range, 304, 412 or 416. */
export function sendObject(
  content: ContentStore,
  request: FastifyRequest,
  reply: FastifyReply,
  { object, headers }: { object: StoredObject; headers: ObjectHeaders },
): FastifyReply {
  setObjectHeaders(reply, object, headers);
  const failed = failedPrecondition(request.headers, object.etag);
  if (failed === 412) return sendStoreError(reply, "precondition");
  if (failed === 304) return reply.status(304).send();
  const header = rangeApplies(request.headers, object.etag) ? request.headers.range : undefined;
  const range = parseRange(header, object.sizeBytes);
  if (range === "unsatisfiable") {
    reply.header("content-range", `bytes */${object.sizeBytes}`);
    return sendStoreError(reply, "badRange");
  }
  if (range !== undefined) {
    const last = range.end - 1;
    reply.status(206);
    reply.header("content-range", `bytes ${range.start}-${last}/${object.sizeBytes}`);
  }
  return sendBytes(content, reply, object, range ?? byteRange(0, object.sizeBytes));
}

function sendBytes(
  content: ContentStore,
  reply: FastifyReply,
  object: StoredObject,
  range: ByteRange,
): FastifyReply {
  reply.header("content-length", String(rangeLength(range)));
  if (reply.request.method === "HEAD" || rangeLength(range) === 0) return reply.send();
  return reply.send(content.read(object, range));
}

function setObjectHeaders(reply: FastifyReply, object: StoredObject, headers: ObjectHeaders): void {
  reply
    .header("x-amz-id-2", randomBytes(24).toString("base64"))
    .header("x-amz-request-id", randomBytes(8).toString("hex").toUpperCase())
    .header("last-modified", new Date(object.modifiedMs).toUTCString())
    .header("etag", `"${object.etag}"`)
    .header("x-amz-server-side-encryption", "AES256")
    .header("accept-ranges", "bytes")
    .header("content-type", headers.contentType)
    .header("server", "AmazonS3");
  if (headers.contentDisposition !== undefined) {
    reply.header("content-disposition", headers.contentDisposition);
  }
}
