import type { FastifyRequest } from "fastify";
import { badRequest } from "./problem.ts";

const hidden = new WeakMap<object, string>();

/** What a header can carry when the file is read: no more is asked of a content type. */
export const CONTENT_TYPE: RegExp = /^[\x20-\x7e]{1,255}$/;

/**
 * Takes the content type out of a request's headers: the server would refuse what has not the form of a
 * media type, while BaseSpace keeps whatever an uploader says.
 */
export function hideMediaType(request: FastifyRequest): void {
  const { headers } = request.raw;
  if (headers["content-type"] === undefined) return;
  hidden.set(request.raw, headers["content-type"]);
  delete headers["content-type"];
}

/** The content type as the client sent it. */
export function mediaType(request: FastifyRequest): string | undefined {
  return hidden.get(request.raw);
}

/** The content type of a file whose uploader says `text`, or nothing. @throws Problem 400 */
export function fileType(text: string | undefined): string {
  if (text === undefined || text === "") return "application/octet-stream";
  if (CONTENT_TYPE.test(text)) return text;
  throw badRequest("A content type has 1 to 255 printable characters of ASCII");
}
