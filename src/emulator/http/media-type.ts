import type { FastifyRequest } from "fastify";
import { badRequestProblem } from "./problem.ts";

const contentTypes = new WeakMap<object, string>();

/** The content types that a response header can carry; nothing else is checked. */
export const CONTENT_TYPE: RegExp = /^[\x20-\x7e]{1,255}$/;

/**
 * Moves the content type out of a request's headers: fastify would refuse one that is not a valid media type,
 * but BaseSpace stores any text that an uploader sends.
 */
export function detachContentType(request: FastifyRequest): void {
  const { headers } = request.raw;
  if (headers["content-type"] === undefined) return;
  contentTypes.set(request.raw, headers["content-type"]);
  delete headers["content-type"];
}

/** Returns the content type that the client sent. */
export function sentContentType(request: FastifyRequest): string | undefined {
  return contentTypes.get(request.raw);
}

/** Returns the content type of a file whose uploader sent `text` or none. @throws Problem 400 */
export function fileContentType(text: string | undefined): string {
  if (text === undefined || text === "") return "application/octet-stream";
  if (CONTENT_TYPE.test(text)) return text;
  throw badRequestProblem("A content type has 1 to 255 printable characters of ASCII");
}
